-- A row is a line by which nothing happened with anybody: a sum, a remark below the table, or a person to whom nothing has
-- happened yet.
SELECT
    _file,
    _row,
    if(is_total(coalesce(bare(person), bare(handle), bare(name), bare(profile))), 'total', 'nothing happened') AS reason
FROM people
WHERE
    is_total(coalesce(bare(person), bare(handle), bare(name), bare(profile)))
    OR (
        (stated(status) IS NULL OR to_event(stated(status)) = 'open')
        AND len(coalesce(links_of(bare(link)), [])) = 0
        AND stated(tracking) IS NULL
        AND len(list_filter(
            [
                invited_at, accepted_at, declined_at, shipped_at, received_at, lost_at, returned_at, posted_at, taken_down_at,
                paid_at, withdrawn_at, do_not_contact
            ],
            lambda cell: stated(cell) IS NOT NULL AND to_mark(stated(cell)) IS DISTINCT FROM 'no'
        )) = 0
    )
