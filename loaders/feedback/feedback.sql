-- A row is what somebody said, with every part of it that stands in a column of its own.
WITH cells AS (
    SELECT
        campaign,
        coalesce(bare(person), ltrim(stated(handle), '@'), stated(name), stated(profile), stated(code)) AS consumer,
        id_of(stated(product)) AS product,
        to_stars(rating) AS rating,
        nullif(concat_ws(
            chr(10),
            if(stated("text") IS NOT NULL AND stated(question) IS NOT NULL, stated(question) || ': ' || stated("text"), stated("text")),
            '+ ' || stated(liked),
            '- ' || stated(disliked)
        ), '') AS "text",
        zoned(form_time(stated(given_at)), zone) AS given_at,
        _file,
        _row
    FROM answers
    WHERE line_fault([coalesce(person, handle, name, profile, code, 'nobody')], [rating, "text", liked, disliked]) IS NULL
)
SELECT left(md5(concat_ws(chr(31), campaign, consumer, product, rating, "text", given_at)), 16) AS feedback, * FROM cells
