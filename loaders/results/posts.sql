-- A row is a post with its newest figures. One without an address has not been posted yet, or nobody wrote down where.
WITH cells AS (
    SELECT
        campaign,
        coalesce(
            links_of(bare(link))[1],
            'https://www.xiaohongshu.com/explore/' || if(platform = 'xiaohongshu', regexp_extract(post, '^[0-9a-f]{24}$'), NULL)
        ) AS url,
        id_of(bare(post)) AS post,
        coalesce(platform_of(bare(platform)), platform_of(links_of(bare(link))[1]), lower(stated(platform))) AS platform,
        bare(person) AS person,
        stated(number) AS number,
        ltrim(stated(handle), '@') AS handle,
        stated(name) AS name,
        stated(profile) AS profile,
        unix_time(stated(posted_at)) AS posted_at,
        unix_time(stated(measured_at)) AS measured_at,
        stated(format) AS format,
        stated(direction) AS direction,
        stated(title) AS title,
        coalesce(to_count(stated(followers)), to_count(stated(followers_wan) || '万')) AS followers,
        to_count(stated(impressions)) AS impressions,
        to_count(stated(reads)) AS reads,
        to_count(stated(likes)) AS likes,
        to_count(stated(collects)) AS collects,
        to_count(stated(comments)) AS comments,
        to_count(stated(shares)) AS shares,
        to_count(stated(engagements)) AS engagements,
        to_count(stated(clicks)) AS clicks,
        to_count(stated(orders)) AS orders,
        to_money(revenue) AS revenue,
        to_money(cost) AS cost,
        to_money(selling) AS selling,
        to_money(boost) AS boost,
        coalesce(stated(filing), if(stated(filed) IS NOT NULL AND to_mark(filed) IS DISTINCT FROM 'no', 'yes', NULL)) AS filing,
        to_mark(stated(label_seen)) AS label_seen,
        CASE
            WHEN to_event(stated(state)) = 'taken_down' OR to_mark(stated(state)) = 'no' THEN 'taken down'
            WHEN to_event(stated(state)) = 'posted' OR to_mark(stated(state)) = 'yes' THEN 'live'
        END AS state,
        stated(note) AS note,
        _file,
        _row
    FROM posted
    WHERE line_fault(
        [link, post, person, number, handle, name, profile, title, direction, format],
        [
            links_of(bare(link))[1], post, impressions, reads, likes, collects, comments, shares, engagements, clicks, orders,
            revenue, cost, selling, boost
        ]
    ) IS NULL
)
SELECT
    coalesce(
        post_id(platform, post, url),
        'post-' || left(md5(coalesce(post, regexp_replace(url, '[?#].*|/$', '', 'g'))), 16),
        'none-' || left(md5(concat_ws(chr(31), campaign, person, number, handle, name, profile, title, format, direction)), 16)
    ) AS post,
    campaign,
    coalesce(
        person,
        account_id(platform, number, handle, NULL),
        handle,
        name,
        profile,
        number,
        url,
        title
    ) AS consumer,
    zoned(posted_at, clock_of(platform)) AS posted_at,
    zoned(measured_at, clock_of(platform)) AS measured_at,
    * EXCLUDE (campaign, post, person, number, handle, name, profile, posted_at, measured_at)
FROM cells
