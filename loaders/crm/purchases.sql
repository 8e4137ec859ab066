-- A row is a product on an order that was not cancelled; one that was refunded has its state. Some systems pack all products of an order into one cell:
-- 1× Serum, 2× Balm.
WITH items AS (
    SELECT
        * REPLACE (
            coalesce(nullif(regexp_extract(item, '^\s*(\d+)\s*[×x]\s', 1), ''), quantity) AS quantity,
            if(packed IS NULL, item, regexp_replace(item, '^\s*\d+\s*[×x]\s+', '')) AS product,
            -- The amount is that of all of them.
            if(len(every) > 1, NULL, amount) AS amount
        ),
        coalesce(nullif(to_order_status(bare(refund_status)), 'unknown'), to_order_status(bare(status))) AS state
    FROM (
        SELECT *, unnest(every) AS item
        FROM (
            SELECT *, if(packed IS NULL OR product IS NULL, [product], string_split(product, packed)) AS every
            FROM orders
        )
    )
),
lines AS (
    SELECT
        bare("order") AS "order",
        -- A line of an order may leave out who, when and in which currency; another line of the order then gives it.
        coalesce(bare(customer), max(bare(customer)) FILTER (NOT _rounded(customer)) OVER ordered) AS customer,
        concat_ws(
            chr(10),
            coalesce(bare(email), max(bare(email)) FILTER (contains(email, '@')) OVER ordered),
            coalesce(bare(phone), max(bare(phone)) FILTER (regexp_matches(phone, '\d{4}')) OVER ordered),
            coalesce(
                bare(other_phone), max(bare(other_phone)) FILTER (regexp_matches(other_phone, '\d{4}')) OVER ordered
            )
        ) AS contacts,
        coalesce(
            bare(country), max(bare(country)) FILTER (regexp_full_match(bare(country), '[A-Za-z]{2}')) OVER ordered
        ) AS country,
        zoned(
            coalesce(
                shop_time(bare(ordered_at), times),
                max(to_time(dated(bare(ordered_at), times))) FILTER (
                    is_plausible(to_time(dated(bare(ordered_at), times)))
                ) OVER ordered::VARCHAR
            ),
            zone
        ) AS bought_at,
        coalesce(bare(sku), bare(product)) AS product,
        to_amount(quantity) AS quantity,
        to_amount(amount) AS amount,
        to_amount(price) AS price,
        to_currency(
            coalesce(bare(currency), max(bare(currency)) FILTER (regexp_matches(currency, '[\pL¥￥€$£]')) OVER ordered),
            concat(amount, price)
        ) AS currency,
        coalesce(bare(code), max(bare(code)) OVER ordered) AS code,
        coalesce(state, max(state) OVER ordered) AS state,
        if(bare(status) IS NULL, bool_or(is_cancelled(bare(status))) OVER ordered, is_cancelled(bare(status)))
            -- What can be no time of an order cancels its own line alone.
            OR bare(cancelled_at) IS NOT NULL
            OR coalesce(bool_or(is_plausible(to_time(dated(bare(cancelled_at), times)))) OVER ordered, false) AS cancelled,
        _file,
        _row
    FROM items
    WINDOW ordered AS (PARTITION BY _file, bare("order"))
),
keyed AS (
    SELECT
        *,
        if(redacted(customer) = customer, customer, NULL) AS own,
        contact_keys(
            concat_ws(chr(10), contacts, if(redacted(customer) <> customer, customer, NULL)),
            if(regexp_full_match(country, '[A-Za-z]{2}'), country, NULL)
        ) AS keys
    FROM lines
    WHERE NOT cancelled
),
known AS (
    -- A customer without an id of the shop has one made of a contact, or is the one customer with that contact.
    SELECT key, coalesce(min(consumer) FILTER (starts_with(consumer, 'crm:contact-')), min(consumer)) AS consumer
    FROM (SELECT consumer, unnest(string_split(contact_key, ' ')) AS key FROM clean.consumers)
    GROUP BY key
)
SELECT
    coalesce(own, first_.consumer, second_.consumer) AS consumer,
    product,
    "order",
    bought_at,
    coalesce(quantity, '1') AS quantity,
    coalesce(amount, (to_number(price) * to_number(coalesce(quantity, '1')))::VARCHAR) AS amount,
    currency,
    redacted(code) AS code,
    state AS status,
    _file,
    _row
FROM keyed
LEFT JOIN known AS first_ ON first_.key = split_part(keyed.keys, ' ', 1)
LEFT JOIN known AS second_ ON second_.key = nullif(split_part(keyed.keys, ' ', 2), '')
