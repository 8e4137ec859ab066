-- A row is something that happened with a person. A line of the sheet may state several: by its status, by the columns
-- of events, by the address of a post and by the number of a parcel. It is taken whole or not at all: where its status
-- is unknown or one of its days is none, that alone stands for the line, and is rejected.
WITH vocabulary AS (
    SELECT [
        'invited', 'accepted', 'declined', 'shipped', 'received', 'lost', 'returned', 'posted', 'taken_down', 'paid',
        'withdrawn', 'do_not_contact'
    ] AS known
),
cells AS (
    SELECT
        campaign,
        person_in(person, handle, name, profile, code) AS consumer,
        to_event(stated(status)) AS state,
        stated(status) AS status,
        stated(state_at) AS state_at,
        [
            {'event': 'invited', 'cell': stated(invited_at)},
            {'event': 'accepted', 'cell': stated(accepted_at)},
            {'event': 'declined', 'cell': stated(declined_at)},
            {'event': 'shipped', 'cell': stated(shipped_at)},
            {'event': 'received', 'cell': stated(received_at)},
            {'event': 'lost', 'cell': stated(lost_at)},
            {'event': 'returned', 'cell': stated(returned_at)},
            {'event': 'posted', 'cell': stated(posted_at)},
            {'event': 'taken_down', 'cell': stated(taken_down_at)},
            {'event': 'paid', 'cell': stated(paid_at)},
            {'event': 'withdrawn', 'cell': stated(withdrawn_at)},
            {'event': 'do_not_contact', 'cell': stated(do_not_contact)}
        ] AS events,
        links_of(bare(link)) AS links,
        stated(variant) AS variant,
        to_amount(stated(quantity)) AS quantity,
        to_money(amount) AS amount,
        to_currency(stated(currency), bare(amount)) AS currency,
        stated(code) AS code,
        coalesce(stated(filing), if(to_mark(filed) = 'yes', 'yes', NULL)) AS filing,
        to_mark(label_seen) AS label_seen,
        stated(decision) AS decision,
        stated(courier) AS courier,
        stated(tracking) AS tracking,
        stated(rights_until) AS rights_until,
        stated(exclusive_until) AS exclusive_until,
        stated(note) AS note,
        _file,
        _row
    FROM people
),
in_columns AS (
    SELECT event, if(to_mark(cell) = 'yes', NULL, cell) AS happened_at, _file, _row
    FROM (SELECT unnest(events, recursive := true), _file, _row FROM cells)
    WHERE cell IS NOT NULL AND to_mark(cell) IS DISTINCT FROM 'no'
),
-- A state stands beside the column of the same event, which has its date.
in_words AS (
    SELECT coalesce(state, status) AS event, state_at AS happened_at, _file, _row
    FROM cells
    WHERE status IS NOT NULL AND state IS DISTINCT FROM 'open'
),
happened AS (
    FROM in_columns
    UNION ALL BY NAME
    FROM in_words ANTI JOIN in_columns USING (event, _file, _row)
),
implied AS (
    SELECT 'posted' AS event, _file, _row FROM cells WHERE len(links) > 0
    UNION ALL
    SELECT 'shipped' AS event, _file, _row FROM cells WHERE tracking IS NOT NULL
),
every AS (
    FROM happened
    UNION ALL BY NAME
    FROM implied ANTI JOIN happened USING (event, _file, _row)
),
wrong AS (
    SELECT _file, _row, min_by(struct_pack(event, happened_at), event) AS fault
    FROM every, vocabulary
    WHERE
        list_position(known, event) IS NULL
        OR (happened_at IS NOT NULL AND NOT coalesce(is_plausible(to_time(happened_at)), false))
    GROUP BY _file, _row
),
sound AS (
    FROM every ANTI JOIN wrong USING (_file, _row)
    UNION ALL BY NAME
    SELECT fault.event AS event, fault.happened_at AS happened_at, _file, _row FROM wrong
),
-- What a line states beside its events belongs to the event that it is about, else to the last.
ordered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY _file, _row ORDER BY list_position(known, event) DESC) = 1 AS is_last,
        bool_or(event = 'shipped') OVER line AS has_shipped,
        bool_or(event = 'posted') OVER line AS has_posted,
        bool_or(event = 'paid') OVER line AS has_paid
    FROM sound, vocabulary
    WINDOW line AS (PARTITION BY _file, _row)
),
placed AS (
    SELECT
        campaign,
        consumer,
        event,
        happened_at,
        unnest(if(event = 'posted' AND len(links) > 0, links, [NULL])) AS url,
        if(event = 'shipped' OR is_last AND NOT has_shipped, variant, NULL) AS variant,
        if(event = 'shipped' OR is_last AND NOT has_shipped, quantity, NULL) AS quantity,
        if(event = 'paid' OR is_last AND NOT has_paid, amount, NULL) AS amount,
        if(event = 'paid' OR is_last AND NOT has_paid, currency, NULL) AS currency,
        if(is_last, code, NULL) AS code,
        if(event = 'posted' OR is_last AND NOT has_posted, filing, NULL) AS filing,
        if(event = 'posted' OR is_last AND NOT has_posted, label_seen, NULL) AS label_seen,
        if(is_last, decision, NULL) AS decision,
        if(event = 'shipped' OR is_last AND NOT has_shipped, courier, NULL) AS courier,
        if(event = 'shipped' OR is_last AND NOT has_shipped, tracking, NULL) AS tracking,
        if(event = 'posted' OR is_last AND NOT has_posted, rights_until, NULL) AS rights_until,
        if(event = 'posted' OR is_last AND NOT has_posted, exclusive_until, NULL) AS exclusive_until,
        if(is_last, note, NULL) AS note,
        _file,
        _row
    FROM ordered
    JOIN cells USING (_file, _row)
    WHERE NOT is_total(consumer)
)
SELECT
    left(md5(struct_pack(
        campaign, consumer, event, happened_at, url, variant, quantity, amount, currency, code, filing, label_seen,
        decision, courier, tracking, rights_until, exclusive_until, note
    )::VARCHAR), 16) AS entry,
    *
FROM placed
