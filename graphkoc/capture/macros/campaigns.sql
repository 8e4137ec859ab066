-- Gives the platform that a text names, be it in words or in an address; null where it names none.
--   platform_of('小红书') -> xiaohongshu
--   platform_of('http://xhslink.com/a/1b2') -> xiaohongshu
--   platform_of('https://www.instagram.com/p/Cabc/') -> instagram
--   platform_of('亚马逊') -> amazon
--   platform_of('pinterest') -> NULL
CREATE MACRO platform_of(x) AS list_transform([lower(x)], lambda place: CASE
    WHEN regexp_matches(place, '小红书|^red$|xhs|xiaohongshu|rednote|little red book') THEN 'xiaohongshu'
    WHEN regexp_matches(place, '抖音|douyin') THEN 'douyin'
    WHEN regexp_matches(place, '微博|weibo') THEN 'weibo'
    WHEN regexp_matches(place, 'b站|哔哩|bilibili') THEN 'bilibili'
    WHEN regexp_matches(place, '微信|公众号|视频号|wechat') THEN 'wechat'
    WHEN regexp_matches(place, '快手|kuaishou') THEN 'kuaishou'
    WHEN regexp_matches(place, 'instagram|^ins?$|^ig$') THEN 'instagram'
    WHEN regexp_matches(place, 'tiktok') THEN 'tiktok'
    WHEN regexp_matches(place, 'youtu') THEN 'youtube'
    WHEN regexp_matches(place, 'amazon|亚马逊') THEN 'amazon' END)[1];

-- Gives the zone of the clock of a platform that has only one.
--   clock_of('xiaohongshu') -> +08:00
--   clock_of('instagram') -> NULL
CREATE MACRO clock_of(platform) AS
    if(platform IN ('xiaohongshu', 'douyin', 'weibo', 'bilibili', 'wechat', 'kuaishou'), '+08:00', NULL);

-- Lists the web addresses in a cell, such as a text that an app shares with the address inside it.
--   links_of('看看 http://xhslink.com/a/1b2，复制本条信息') -> ['http://xhslink.com/a/1b2']
--   links_of('www.instagram.com/p/Cabc/') -> ['https://www.instagram.com/p/Cabc/']
--   links_of('soon') -> []
CREATE MACRO links_of(x) AS if(regexp_full_match(trim(x), '(?i)(www\.)?[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}/\S+'),
    ['https://' || trim(x)], regexp_extract_all(x, '(?i)https?://[^\s<>"''，。；、）】》]+'));

-- Writes an amount of money, also one that is abbreviated or stands for a post. What is not an amount stays.
--   to_money('¥3,000.00') -> 3000.0
--   to_money('1.2万') -> 12000
--   to_money('500元/篇') -> 500
--   to_money('-') -> NULL
--   to_money('置换') -> 置换
CREATE MACRO to_money(x) AS list_transform([stated(x)], lambda cell: if(
    regexp_full_match(to_amount(cell), '[+-]?\d+(\.\d+)?'), to_amount(cell), to_quote(cell)))[1];

-- Tests whether a cell is the name of a row of sums.
--   is_total('合计：') -> true
--   is_total('Grand total') -> true
--   is_total('Total war review') -> false
--   is_total(NULL) -> false
CREATE MACRO is_total(x) AS coalesce(regexp_full_match(lower(trim(x)),
    '(合\s?计|总\s?计|小\s?计|共\s?计|总和|汇总|平均值?|均值|(grand |sub)?totals?|sums?|averages?|summe|gesamt)\s*[:：]?'), false);

-- Writes a rating in stars from 0 to 5. What is not one stays.
--   to_stars('4 stars') -> 4
--   to_stars('8/10') -> 4.0
--   to_stars('★★★★☆') -> 4
--   to_stars('4星') -> 4
--   to_stars('good') -> good
CREATE MACRO to_stars(x) AS list_transform([stated(x)], lambda cell: CASE
    WHEN regexp_full_match(cell, '[★⭐\x{fe0f}]+[☆]*') THEN length(regexp_replace(cell, '[☆\x{fe0f}]', '', 'g'))::VARCHAR
    WHEN regexp_full_match(cell, '\d+([.,]\d+)?\s*/\s*(5|10)') THEN (5 * replace(regexp_extract(cell, '^[\d.,]+'), ',', '.')::DOUBLE
        / regexp_extract(cell, '\d+$')::DOUBLE)::VARCHAR
    ELSE coalesce(nullif(regexp_extract(cell, '(?i)^(\d+(?:[.,]\d+)?)\s*(?:stars?|sterne?|星|分|颗星)$', 1), ''), cell) END)[1];

-- Gives why a line of a sheet is no record: a total, or a remark without a figure; null where it is one. labels: cells
-- that name what the line is about. figures: cells that say something of it.
--   line_fault(['合计', NULL], ['3']) -> total
--   line_fault([NULL, '-'], ['3']) -> total
--   line_fault(['Taxes included', NULL], [NULL, '-']) -> remark
--   line_fault(['Ann', NULL], ['3', NULL]) -> NULL
CREATE MACRO line_fault(labels, figures) AS CASE
    WHEN len(list_filter(labels, lambda label: is_total(label))) > 0 THEN 'total'
    WHEN len(list_filter(figures, lambda figure: stated(figure) IS NOT NULL)) = 0 THEN 'remark'
    WHEN len(list_filter(labels, lambda label: stated(label) IS NOT NULL)) = 0 THEN 'total' END;

-- Gives what a line has of a person, the best first: an id, a handle, a name, a profile's address, a code of their own. A
-- short number is an id only where there is nothing else: it counts the lines.
--   person_in('7', '@ann', NULL, NULL, NULL) -> ann
--   person_in('instagram:ann', 'ann.b', NULL, NULL, NULL) -> instagram:ann
--   person_in('7', NULL, '-', NULL, NULL) -> 7
CREATE MACRO person_in(id, handle, name, profile, code) AS coalesce(
    if(regexp_full_match(bare(id), '\d{1,5}'), NULL, stated(id)), ltrim(stated(handle), '@'), stated(name), stated(profile),
    stated(code), stated(id));

-- Lists what somebody said in the columns answer_1, answer_2 and so on of a line, given as JSON. A choice or a figure is
-- left out: it says nothing without its question.
--   said_in('{"name": "Ann", "answer_1": "Lid drips", "answer_2": "Yes", "answer_3": "4", "answer_4": null}') -> [Lid drips]
CREATE MACRO said_in(line) AS list_filter(
    list_transform(
        list_filter(json_keys(line), lambda key: starts_with(key, 'answer_')),
        lambda key: stated(json_extract_string(line, '$.' || key))),
    lambda cell: cell IS NOT NULL AND to_mark(cell) IS NULL AND regexp_matches(cell, '\pL'));
