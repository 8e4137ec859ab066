-- A row is one member who trusts, and therefore follows, another.
SELECT
    truster AS follower,
    trustee AS followee,
    _file,
    _row
FROM trust
