-- A row is an account on a platform.
WITH cells AS (
    SELECT
        bare(name) AS name,
        ltrim(bare(handle), '@') AS handle,
        lower(bare(platform)) AS platform,
        profile_address(stated(url)) AS url,
        lower(coalesce(bare(platform), url)) AS place,
        coalesce(to_count(stated(followers)), to_count(stated(followers_wan) || '万')) AS followers,
        coalesce(to_quote(quote), to_count(stated(quote_wan) || '万'), to_quote(video_quote)) AS quote,
        coalesce(to_count(stated(reads)), to_count(stated(reads_wan) || '万')) AS reads,
        bare(bio) AS bio,
        if(regexp_full_match(lower(bare(agency)), '个人|独立|无机构|未签约|independent'), NULL, stated(agency)) AS agency,
        nullif(concat_ws('; ', 'women ' || stated(women), stated(demographics)), '') AS audience_stated,
        -- The nearest first; some lists state a city twice, as its own region.
        nullif(
            concat_ws(
                ', ',
                stated(location),
                nullif(stated(region), stated(location)),
                nullif(nullif(stated(country), stated(region)), stated(location))
            ),
            ''
        ) AS location,
        contact_keys(concat_ws(chr(10), bare(email), bare(phone)), NULL) AS contact_key,
        _file,
        _row
    FROM accounts
),
placed AS (
    SELECT * REPLACE (coalesce(platform_of(place), platform) AS platform)
    FROM cells
)
SELECT
    -- The ids of the sources that read these platforms, so that a listed account is the one that wrote the notes.
    coalesce(
        'xiaohongshu:' || crawled_person(
            coalesce(
                nullif(regexp_extract(url, 'xiaohongshu\.com/user/profile/([0-9A-Za-z]+)', 1), ''),
                -- Some lists state the number of the account in the place of its handle.
                if(platform = 'xiaohongshu', nullif(regexp_extract(handle, '^[0-9a-f]{24}$'), ''), NULL)
            ),
            NULL
        ),
        'weibo:' || crawled_person(
            coalesce(
                nullif(regexp_extract(url, 'weibo\.com/u/(\d+)', 1), ''),
                if(platform = 'weibo', nullif(regexp_extract(handle, '^\d{10}$'), ''), NULL)
            ),
            NULL
        ),
        'bilibili:' || crawled_person(nullif(regexp_extract(url, 'space\.bilibili\.com/(\d+)', 1), ''), NULL),
        'instagram:' || instagram_name(url),
        if(platform = 'instagram', 'instagram:' || lower(redacted(handle)), NULL),
        coalesce(platform || '/', '') || redacted(coalesce(handle, url, name))
    ) AS consumer,
    name,
    platform,
    followers,
    contact_key,
    quote,
    url,
    handle,
    bio,
    reads,
    agency,
    audience_stated,
    location,
    _file,
    _row
FROM placed
-- A list often ends with its sums.
WHERE NOT (handle IS NULL AND url IS NULL AND regexp_full_match(lower(name), '合计|总计|小计|total|sum|average|平均'))
