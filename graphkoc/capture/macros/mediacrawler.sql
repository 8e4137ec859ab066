-- Writes a Unix time as a time, but null where a spreadsheet has made 1.74E+12 of it: that is off by up to 58 days.
--   crawled_time('1714557600') -> 2024-05-01 10:00:00
--   crawled_time('1.74E+12') -> NULL
CREATE MACRO crawled_time(t) AS if(regexp_full_match(trim(t), '\d+([.,]\d+)?[eE]\+?\d+'), NULL, unix_time(t));

-- Gives the id by which MediaCrawler knows an account since July 2026: the first 16 digits of a hash. Older files have
-- the platform's own id, of which this makes the same hash.
--   crawled_person('123', NULL) -> a665a45920422f9d
--   crawled_person('123', 'a665a45920422f9d') -> a665a45920422f9d
--   crawled_person('6.85E+23', NULL) -> 6.85E+23
--   crawled_person('nan', NULL) -> NULL
CREATE MACRO crawled_person(user_id, creator_hash) AS coalesce(creator_hash,
    if(_rounded(user_id), user_id, left(sha256(id_of(user_id)), 16)));

-- Gives the comment that another comment answers; null for 0 and for an id that a spreadsheet has rounded.
--   crawled_parent('12') -> 12
--   crawled_parent('0') -> NULL
--   crawled_parent('6.85E+23') -> NULL
CREATE MACRO crawled_parent(comment_id) AS if(_rounded(comment_id), NULL, nullif(id_of(comment_id), '0'));

-- Gives the digits of a count, null where the platform tells none: it writes -1, or the -- that its page shows, and
-- MediaCrawler None.
--   crawled_count('2.3万') -> 23000
--   crawled_count('-1') -> NULL
--   crawled_count('--') -> NULL
--   crawled_count('many') -> many
CREATE MACRO crawled_count(x) AS if(regexp_full_match(trim(x), '-+1?|—+|None|null|'), NULL, to_count(x));

-- Gives the place that a platform shows beside an account or what it wrote, without the words before it.
--   crawled_place('IP属地：浙江') -> 浙江
--   crawled_place('来自上海') -> 上海
--   crawled_place('美国') -> 美国
--   crawled_place('未知') -> NULL
CREATE MACRO crawled_place(x) AS list_transform(
    [trim(regexp_replace(trim(x), '^(IP\s*属地|发布于|来自)[\s:：]*', ''))],
    lambda place: if(regexp_full_match(place, '未知|None|null|nan|-*'), NULL, place))[1];
