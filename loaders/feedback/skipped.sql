-- A row is a line without an answer: a sum, or somebody who has not answered.
SELECT _file, _row, if(fault = 'remark', 'no answer', fault) AS reason
FROM (
    SELECT
        _file,
        _row,
        line_fault(
            [person_in(person, handle, name, profile, code), 'nobody'],
            [rating, "text", liked, disliked, said_in(to_json(answers))[1]]
        ) AS fault
    FROM answers
)
WHERE fault IS NOT NULL
