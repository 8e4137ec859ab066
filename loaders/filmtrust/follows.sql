-- A row is a person who trusts, and therefore follows, another.
SELECT truster AS follower, trustee AS followee, _file, _row
FROM trust
WHERE tie IS NULL OR tie <> '0'
