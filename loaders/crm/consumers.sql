-- A row is a listed customer, or a cancelled order. Customers who only ordered have no row of their own.
WITH people AS (
    SELECT
        true AS listed,
        bare(customer) AS customer,
        concat_ws(chr(10), bare(email), bare(phone), bare(other_phone)) AS contacts,
        bare(country) AS country,
        coalesce(bare(name), nullif(concat_ws(' ', bare(given_name), bare(family_name)), '')) AS name,
        zoned(shop_time(bare(joined_at), times), zone) AS joined_at,
        to_consent(bare(consent)) AS consent,
        bare(unionid) AS unionid,
        zoned(shop_time(bare(joined_at), times), zone) AS placed,
        -- What graphkoc itself wrote of a customer states nothing but who it is (`layouts.toml`).
        coalesce(consent = 'unchanged', false) AS flagged,
        _file,
        _row
    FROM customers
    UNION ALL
    SELECT
        if(bare(status) IS NULL, bool_or(is_cancelled(bare(status))) OVER ordered, is_cancelled(bare(status))),
        -- A line of an order may leave out who ordered; another line of the same order then gives it.
        coalesce(bare(customer), max(bare(customer)) FILTER (NOT _rounded(customer)) OVER ordered),
        concat_ws(
            chr(10),
            coalesce(bare(email), max(bare(email)) FILTER (contains(email, '@')) OVER ordered),
            coalesce(bare(phone), max(bare(phone)) FILTER (regexp_matches(phone, '\d{4}')) OVER ordered),
            coalesce(
                bare(other_phone), max(bare(other_phone)) FILTER (regexp_matches(other_phone, '\d{4}')) OVER ordered
            )
        ),
        coalesce(
            bare(country), max(bare(country)) FILTER (regexp_full_match(bare(country), '[A-Za-z]{2}')) OVER ordered
        ),
        coalesce(bare(name), nullif(concat_ws(' ', bare(given_name), bare(family_name)), '')),
        NULL,
        to_consent(bare(consent)),
        NULL,
        zoned(
            coalesce(
                shop_time(bare(ordered_at), times),
                max(to_time(dated(bare(ordered_at), times))) FILTER (
                    is_plausible(to_time(dated(bare(ordered_at), times)))
                ) OVER ordered::VARCHAR
            ),
            zone
        ),
        false,
        _file,
        _row
    FROM orders
    WINDOW ordered AS (PARTITION BY _file, bare("order"))
),
keyed AS (
    SELECT
        *,
        -- An id that is an address or a phone number is treated as a contact.
        if(redacted(customer) = customer, customer, NULL) AS own,
        contact_keys(
            concat_ws(chr(10), contacts, if(redacted(customer) <> customer, customer, NULL)),
            if(regexp_full_match(country, '[A-Za-z]{2}'), country, NULL)
        ) AS keys
    FROM people
),
-- The customer of a contact that belongs to one customer alone.
known AS (
    SELECT key, min(own) AS own
    FROM (SELECT DISTINCT own, unnest(string_split(keys, ' ')) AS key FROM keyed WHERE own IS NOT NULL)
    GROUP BY key
    HAVING count(*) = 1
),
named AS (
    SELECT
        coalesce(keyed.own, first_.own, second_.own, 'contact-' || left(keys, 32)) AS consumer,
        keyed.*
    FROM keyed
    LEFT JOIN known AS first_ ON first_.key = split_part(keyed.keys, ' ', 1)
    LEFT JOIN known AS second_ ON second_.key = nullif(split_part(keyed.keys, ' ', 2), '')
),
merged AS (
    SELECT
        consumer,
        min(name) AS name,
        'crm' AS platform,
        'person' AS kind,
        (min(to_time(joined_at)) FILTER (is_plausible(to_time(joined_at))))::VARCHAR AS joined_at,
        array_to_string(
            list_sort(list_distinct(flatten(list(string_split(keys, ' ')) FILTER (keys IS NOT NULL)))), ' '
        ) AS contact_key,
        -- One refusal counts for all rows of a person, and what is not a clear yes is not consent.
        if(bool_and(flagged), NULL, coalesce(min(consent), 'unknown')) AS consent,
        min(unionid) AS unionid,
        -- A country is of the day of the order, or of that on which the customer came; one without a letter is none.
        arg_max(
            stated(country),
            (sortable_time(placed), stated(country))
        ) FILTER (regexp_matches(stated(country), '\pL')) AS location
    FROM named
    WHERE consumer IS NOT NULL
    GROUP BY consumer
)
SELECT
    named.consumer,
    merged.* EXCLUDE (consumer) REPLACE (
        -- What is not a time stays, so that the row is rejected with it.
        if(to_time(named.joined_at) IS NULL, coalesce(named.joined_at, merged.joined_at),
            coalesce(merged.joined_at, named.joined_at)) AS joined_at
    ),
    _file,
    _row
FROM named
LEFT JOIN merged ON merged.consumer = named.consumer
WHERE listed
UNION ALL
SELECT merged.*, NULL, NULL
FROM merged
ANTI JOIN (SELECT consumer FROM named WHERE listed) AS listed ON merged.consumer = listed.consumer
