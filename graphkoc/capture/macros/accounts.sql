-- Gives the id of who wrote a review: the site's account, else the first digits of a contact's key, else the name.
--   reviewer_id('trustpilot', '65a', 'f0e1', 'Ann') -> trustpilot:65a
--   reviewer_id('judgeme', NULL, NULL, 'Ann') -> reviewsites:name-Ann
--   reviewer_id('judgeme', NULL, NULL, NULL) -> NULL
CREATE MACRO reviewer_id(platform, account, contact_key, name) AS coalesce(
    platform || ':' || id_of(account), 'reviewsites:contact-' || left(contact_key, 32), 'reviewsites:name-' || id_of(name));

-- Tests whether a review can be seen by everybody; where nothing says so, it can.
--   is_published('ok') -> true
--   is_published('spam') -> false
--   is_published(NULL) -> true
CREATE MACRO is_published(status) AS coalesce(NOT regexp_full_match(lower(bare(status)),
    'spam|not[- ]yet|hidden|unpublished|rejected|deleted|removed|pending|draft|false|no|0'), true);

-- Counts the links in a cell, or the elements of a list in JSON; a number stays.
--   count_links('https://a.example/1.jpg,https://a.example/2.jpg') -> 2
--   count_links('["https://a.example/1.jpg"]') -> 1
--   count_links('3') -> 3
CREATE MACRO count_links(x) AS CASE
    WHEN regexp_matches(x, '(?i)https?://') THEN len(regexp_extract_all(x, '(?i)https?://'))::VARCHAR
    WHEN trim(x) = '[]' THEN '0'
    ELSE x END;

-- Gives the id of an account on a platform, the same by which other sources know it: a hash of the number where
-- MediaCrawler has one, else the handle in small letters.
--   account_id('instagram', '17', 'Ann_B', NULL) -> instagram:ann_b
--   account_id('tiktok', NULL, NULL, 'https://www.tiktok.com/@mia/video/73') -> tiktok:mia
--   account_id('xiaohongshu', '5f01', NULL, NULL) -> xiaohongshu:b17b766c745156c8
--   account_id('instagram', '17', NULL, NULL) -> instagram:id-17
CREATE MACRO account_id(platform, number, handle, address) AS platform || ':' || CASE
    WHEN platform IN ('xiaohongshu', 'douyin', 'weibo', 'bilibili')
    THEN list_transform([coalesce(id_of(number), nullif(regexp_extract(address,
        '(?:xiaohongshu\.com/user/profile/|douyin\.com/user/|weibo\.com/u/|space\.bilibili\.com/)([\w-]+)', 1), ''))],
        lambda known: if(_rounded(known), known, left(sha256(known), 16)))[1]
    ELSE coalesce(list_transform([handle], lambda name: lower(ltrim(id_of(name), '@')))[1],
        list_transform([address], lambda link: coalesce(instagram_name(link),
            lower(nullif(regexp_extract(link, '(?:tiktok|youtube)\.com/@([^/?#]+)', 1), ''))))[1],
        'id-' || id_of(number)) END;

-- Gives the id of a post on a platform: its own, or the one in its address.
--   post_id('instagram', NULL, 'https://www.instagram.com/p/Cabc/') -> instagram:Cabc
--   post_id('tiktok', NULL, 'https://www.tiktok.com/@mia/video/73') -> tiktok:73
--   post_id('xiaohongshu', '66f0', NULL) -> xiaohongshu:66f0
--   post_id('instagram', NULL, NULL) -> NULL
CREATE MACRO post_id(platform, number, address) AS platform || ':' || coalesce(nullif(regexp_extract(address,
    '(?:/(?:p|reel|reels|tv|video|explore|note|photo)/|[?&]v=)([\w-]+)', 1), ''), id_of(number));

-- Tests whether a list is of accounts that somebody follows, and not of their followers.
--   is_following('Followings') -> true
--   is_following('followers') -> false
CREATE MACRO is_following(direction) AS starts_with(lower(direction), 'following');
