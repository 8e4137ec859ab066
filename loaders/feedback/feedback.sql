-- A row is what somebody said, with every part of it that stands in a column of its own: a form has one for each question.
WITH cells AS (
    SELECT
        campaign,
        person_in(person, handle, name, profile, code) AS consumer,
        id_of(stated(product)) AS product,
        to_stars(rating) AS rating,
        nullif(
            concat_ws(
                chr(10),
                if(stated(question) IS NULL, '', stated(question) || ': ') || stated("text"),
                '+ ' || stated(liked),
                '- ' || stated(disliked),
                nullif(array_to_string(said_in(to_json(answers)), chr(10)), '')
            ),
            ''
        ) AS "text",
        zoned(form_time(stated(given_at)), zone) AS given_at,
        _file,
        _row
    FROM answers
)
SELECT left(md5(concat_ws(chr(31), campaign, consumer, product, rating, "text", given_at)), 16) AS feedback, *
FROM cells
WHERE line_fault([consumer, 'nobody'], [rating, "text"]) IS NULL
