-- Tests whether a cell is what tools write for nothing: pandas nan and NaT, Python None, databases null, Excel #N/A.
CREATE MACRO _absent(x) AS length(x) <= 9 AND lower(x) IN ('', 'nan', 'none', 'null', '<na>', 'nat', '#n/a', 'undefined');

-- Gives a cell without letters that nobody sees: blanks at its ends, and zero-width letters and marks of direction.
CREATE MACRO _visible(x) AS if(strlen(x) = length(x), regexp_replace(x, '^\s+|\s+$', '', 'g'), regexp_replace(
    regexp_replace(x, '[\x{ad}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]', '', 'g'),
    '^[\s\pZ\x{200c}\x{200d}]+|[\s\pZ\x{200c}\x{200d}]+$', '', 'g'));

-- Gives an id as it was before it passed through other tools, null where there is none. Letters that nobody sees are
-- taken off, and the .0 that pandas adds to whole numbers in a column with an empty cell.
--   id_of(' ann ') -> ann
--   id_of('12.0') -> 12
--   id_of('nan') -> NULL
CREATE MACRO id_of(x) AS CASE
    WHEN NOT _absent(_visible(x::VARCHAR))
    THEN if(ends_with(x::VARCHAR, '.0'), regexp_replace(_visible(x::VARCHAR), '^((?:\w+:)?\d{1,15})\.0$', '\1'),
        _visible(x::VARCHAR)) END;

-- Tests whether a spreadsheet or pandas has rounded an id, as in 6.85E+23: digits are lost, so that it names nobody any
-- more.
CREATE MACRO _rounded(id) AS regexp_full_match(id, '(\w+:)?\d+([.,]\d+)?[eE]\+\d+');

-- Puts the source before an id that has no source yet.
--   prefixed('7', 'crm') -> crm:7
--   prefixed('shop:7', 'crm') -> shop:7
CREATE MACRO prefixed(x, source) AS if(contains(x::VARCHAR, ':'), '', source || ':') || x::VARCHAR;

-- Writes a time in ISO 8601, as short as it can be.
CREATE MACRO _stamp(t) AS
    if(t = date_trunc('day', t), strftime(t, '%Y-%m-%d'), replace(strftime(t, '%Y-%m-%dT%H:%M:%S.%f'), '.000000', ''));

-- Escapes ~ and / in one part of an id, so that two different rows never get the same id.
CREATE MACRO _part(x, source) AS coalesce(replace(replace(
    if(starts_with(x, source || ':'), substr(x, length(source) + 2), x), '~', '~0'), '/', '~1'), '');

-- Makes an id for a row that has none: of who, of what, and of the time. Where no time is known, a hash of the row's
-- content takes its place.
--   made_id('shop', 'shop:u/1', 'b', '2024-05-01 10:00', NULL) -> shop:u~11/b/2024-05-01T10:00:00
--   made_id('shop', 'u', 'b', NULL, 'text') -> shop:u/b/x1cb251ec0d568de6
CREATE MACRO made_id(source, who, what, t, content) AS
    source || ':' || _part(who, source) || '/' || _part(what, source) || '/'
    || coalesce(list_transform([to_time(t)], lambda moment: _stamp(moment))[1], 'x' || left(md5(content), 16));

-- Gives the name of the account that an address on Instagram belongs to, in small letters; null where it names none, as
-- that of a post alone does.
--   instagram_name('https://www.instagram.com/Ann_B/?hl=de') -> ann_b
--   instagram_name('https://www.instagram.com/_u/ann_b') -> ann_b
--   instagram_name('instagram.com/ann_b/p/DPddxTbkn7M') -> ann_b
--   instagram_name('https://instagram.com/stories/ann_b/3333/') -> ann_b
--   instagram_name('https://www.instagram.com/p/DFJDC_AvVr0/') -> NULL
--   instagram_name('https://example.com/ann_b') -> NULL
CREATE MACRO instagram_name(address) AS list_transform(
    [regexp_extract(
        lower(address), '^(?:\w+://)?(?:[\w-]+\.)*instagram\.com/+@?([^/?#]+)(?:/+([^/?#]+))?', ['first', 'second']
    )],
    lambda part: nullif(CASE
        WHEN part.first IN ('_u', 'stories') THEN nullif(part.second, 'highlights')
        WHEN part.first NOT IN (
            'p', 'reel', 'reels', 'tv', 'explore', 's', 'share', 'direct', 'accounts', 'about', 'web', 'popular',
            'locations'
        ) THEN part.first END, '')
)[1];

-- Gives the address of an account; null for that of a post, a video, a tag or a place, which names nobody. A short link
-- may be an account's, and stays.
--   profile_address('https://instagram.com/stories/ann_b/3333/') -> https://www.instagram.com/ann_b/
--   profile_address('https://www.tiktok.com/@boil/video/733') -> https://www.tiktok.com/@boil
--   profile_address('https://space.bilibili.com/987') -> https://space.bilibili.com/987
--   profile_address('https://www.instagram.com/reel/C011VfrOyFQ/') -> NULL
--   profile_address('https://youtu.be/dQw4w9WgXcQ') -> NULL
--   profile_address('https://www.xiaohongshu.com/explore/66f0') -> NULL
CREATE MACRO profile_address(address) AS CASE
    WHEN regexp_matches(lower(address), '^(\w+://)?([\w-]+\.)*instagram\.com/')
    THEN 'https://www.instagram.com/' || instagram_name(address) || '/'
    WHEN regexp_matches(lower(address), '^(\w+://)?([\w-]+\.)*('
        || 'tiktok\.com/(t|v|tag|music|discover|embed|place)/'
        || '|youtu\.be/|youtube\.com/(watch|shorts/|live/|playlist|embed/|hashtag/|results|post/)'
        || '|xiaohongshu\.com/(explore|discovery|search_result|page|goods-detail)/'
        || '|douyin\.com/(video|note|hashtag|search|discover)/'
        || '|weibo\.(com|cn)/(detail|status|tv|a|hashtag)/'
        || '|t\.bilibili\.com/|bilibili\.com/(video|opus|read|dynamic|bangumi|list|festival)/'
        || '|kuaishou\.com/(short-video|f|search)/'
        || '|fb\.watch/|facebook\.com/(watch|share|reel|photo|story\.php|permalink\.php|groups|hashtag)'
        || '|(twitter|x)\.com/(i|hashtag|search|home|explore|intent|share)\b'
        || '|pinterest\.[a-z.]+/pin/)') THEN NULL
    ELSE regexp_replace(address, '((tiktok|youtube)\.com/@[^/?#]+)/.*$', '\1') END;
