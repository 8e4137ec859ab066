-- A row is a review of a business.
SELECT
    review_id AS review,
    user_id AS consumer,
    business_id AS product,
    stars AS rating,
    "text",
    "date" AS created_at,
    -- A count of -1 is a withdrawn vote.
    if(useful = '-1', '0', useful) AS helpful,
    if(
        coalesce(funny, cool) IS NULL,
        NULL,
        greatest(TRY_CAST(funny AS BIGINT), 0) + greatest(TRY_CAST(cool AS BIGINT), 0)
    ) AS likes,
    origin_of(disclosed(NULL, NULL, "text"), false) AS origin,
    _file,
    _row
FROM reviews
