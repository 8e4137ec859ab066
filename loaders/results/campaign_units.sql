-- A row is what a programme offered of a product. Units that are available have not been claimed yet.
WITH cells AS (
    SELECT
        campaign,
        coalesce(id_of(stated(product)), stated(title)) AS product,
        coalesce(stated(channel), 'programme') AS channel,
        stated(enrolled_at) AS enrolled_at,
        to_count(stated(offered)) AS offered,
        to_count(stated(available)) AS available,
        to_count(stated(claimed)) AS claimed,
        to_count(stated(shipped)) AS shipped,
        to_count(stated(received)) AS received,
        to_count(stated(reviewed)) AS reviewed,
        stated(state) AS state,
        _file,
        _row
    FROM units
    WHERE line_fault([product, title], [enrolled_at, offered, available, claimed, shipped, received, reviewed]) IS NULL
)
SELECT
    'offer-' || left(md5(concat_ws(chr(31), campaign, product, channel, enrolled_at)), 16) AS offer,
    coalesce(offered, (to_whole(available) + coalesce(to_whole(claimed), 0))::VARCHAR, available) AS offered,
    * EXCLUDE (offered, available)
FROM cells
