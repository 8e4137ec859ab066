-- A row is an account in the list of those who follow another account, or of those whom it follows.
SELECT
    if(is_following(direction), whose, other) AS follower,
    if(is_following(direction), other, whose) AS followee,
    since,
    _file,
    _row
FROM (
    SELECT
        direction,
        account_id(platform, number, coalesce(handle, entry ->> '$.value'), coalesce(profile, entry ->> '$.href')) AS other,
        -- The list is of an address, a handle, or an account as the user states it.
        if(regexp_matches(owner, '^\w+:[^/]'), owner, account_id(platform, NULL, if(contains(owner, '/'), NULL, owner), owner)) AS whose,
        coalesce(since, unix_time(nullif(entry ->> '$.timestamp', '0'))) AS since,
        _file,
        _row
    FROM (SELECT * REPLACE (TRY_CAST(entry AS JSON) -> 0 AS entry) FROM listed)
    WHERE coalesce(id_of(handle), id_of(number), profile, entry ->> '$.href') IS NOT NULL
)
