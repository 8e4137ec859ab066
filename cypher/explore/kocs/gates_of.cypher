// Gate by gate
// The published run: how a person stands at each gate of a key opinion consumer (passed, failed or unknown).
// @param consumer string  one of the person's accounts, as source:id
// :param consumer => 'ciao:212'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(p:Person)
UNWIND p.gates AS outcome
RETURN replace(replace(replace(outcome, ': passed', ''), ': failed', ''), ': unknown', '') AS gate,
       CASE WHEN outcome ENDS WITH ': passed' THEN 'passed' WHEN outcome ENDS WITH ': failed' THEN 'failed'
            ELSE 'unknown' END AS result, p.name AS name, p.role AS role
