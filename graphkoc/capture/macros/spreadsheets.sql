-- Takes spaces and apostrophes off both ends; null for what is empty then.
CREATE MACRO _trimmed(x) AS nullif(regexp_replace(x, '^[\s''\x{a0}]+|[\s\x{a0}]+$', '', 'g'), '');

-- Gives a cell without what keeps a spreadsheet from rounding it: ="0012", an apostrophe before it, a tab behind it.
--   bare('="0012"') -> 0012
--   bare('''0012') -> 0012
CREATE MACRO bare(x) AS _trimmed(regexp_replace(_trimmed(x), '^="([^"]*)"$', '\1'));

-- Finds the number in an amount of money, with its points and commas.
CREATE MACRO _amount(x) AS regexp_replace(regexp_extract(x, '^(?:[A-Za-z]{2,3}|[A-Za-z]{0,2}[¥￥€$£])?\s*'
    || '([+-]?\s*\d[\d.,\s]*)(?:[A-Za-z]{2,3}|[¥￥€$£元])?$', 1), '\s', '', 'g');

-- Writes a number with a decimal point alone. Three digits behind a lone comma are thousands.
CREATE MACRO _decimal(y) AS CASE
    WHEN y LIKE '%.%,%' OR regexp_matches(y, '\.\d+\.') THEN replace(replace(y, '.', ''), ',', '.')
    WHEN y LIKE '%,%.%' OR regexp_full_match(y, '[+-]?\d{1,3}(,\d{3})+') THEN replace(y, ',', '')
    ELSE replace(y, ',', '.') END;

-- Writes the number of an amount of money. What is not an amount stays.
--   to_amount('¥1,299.00') -> 1299.0
--   to_amount('1.299,00 €') -> 1299.0
--   to_amount('12,50') -> 12.5
--   to_amount('1,299') -> 1299.0
--   to_amount('free') -> free
CREATE MACRO to_amount(x) AS coalesce(TRY_CAST(_decimal(_amount(bare(x))) AS DOUBLE)::VARCHAR, bare(x));

-- Gives the currency in ISO 4217, from its own column or else from the amount's sign. $ and ¥ alone are signs of
-- several countries, and give null.
--   to_currency('rmb', '5') -> CNY
--   to_currency(NULL, '€ 5') -> EUR
--   to_currency(NULL, '$5') -> NULL
CREATE MACRO to_currency(currency, amount) AS CASE
    WHEN upper(currency) IN ('RMB', '人民币', '元', '￥', '¥') THEN 'CNY'
    WHEN currency IS NOT NULL THEN upper(currency)
    WHEN contains(amount, '€') THEN 'EUR'
    WHEN contains(amount, '£') THEN 'GBP'
    WHEN regexp_matches(amount, '元|RMB|￥') THEN 'CNY' END;

-- Writes a time; days ('dmy' or 'mdy') decides whether the day or the month comes first. What is not a time stays.
--   shop_time('03/04/2024', 'dmy') -> 2024-04-03 00:00:00
--   shop_time('03/04/2024', 'mdy') -> 2024-03-04 00:00:00
--   shop_time('2024-05-01 10:00:00 +0800', 'dmy') -> 2024-05-01 02:00:00
--   shop_time('soon', 'dmy') -> soon
CREATE MACRO shop_time(x, days) AS list_transform([x], lambda moment: coalesce(
    to_time(dated(moment, days))::VARCHAR, moment))[1];

-- Gives yes or no where a cell is clearly one of them, else null.
--   to_consent('已同意') -> yes
--   to_consent('unsubscribed') -> no
--   to_consent('maybe') -> NULL
CREATE MACRO to_consent(x) AS CASE
    WHEN regexp_full_match(lower(x), 'no|n|false|0|not[ _]?subscribed|unsubscribed|nein|non|否|不|不同意|未同意|未授权|'
        || '拒绝|未订阅|いいえ') THEN 'no'
    WHEN regexp_full_match(lower(x), 'yes|y|true|1|subscribed|opted[ _-]?in|ja|j|oui|sí|si|是|同意|已同意|已授权|'
        || '已订阅|はい') THEN 'yes' END;

-- Tests whether the state of an order means that it was called off before anything was bought by it.
--   is_cancelled('Cancelled') -> true
--   is_cancelled('交易关闭') -> true
--   is_cancelled('Refunded') -> false
--   is_cancelled(NULL) -> false
CREATE MACRO is_cancelled(x) AS coalesce(regexp_full_match(lower(x), 'cancell?ed|void(ed)?|expired|storniert|annulée?|'
    || 'cancelad[oa]|.*(已取消|已关闭|交易关闭|作废).*') AND NOT regexp_matches(x, '退款成功|已退款|全额退款'), false);

-- Gives the state of an order that was not cancelled, unknown for a word that is none of these. Who was paid back in
-- part has bought the rest. An order that nobody asked money back for says nothing in a column of refunds.
--   to_order_status('partially_refunded') -> paid
--   to_order_status('卖家已发货，等待买家确认') -> shipped
--   to_order_status('交易成功') -> completed
--   to_order_status('退款中') -> refunding
--   to_order_status('全额退款') -> refunded
--   to_order_status('维权中') -> disputed
--   to_order_status('on-hold') -> unknown
--   to_order_status('没有申请退款') -> NULL
CREATE MACRO to_order_status(x) AS CASE
    WHEN regexp_matches(x, '没有申请|未申请|无退款|无售后|退款关闭|售后关闭') THEN NULL
    WHEN regexp_full_match(lower(x), '(in )?disputed?|charge[ _-]?back|charged back|.*(维权|纠纷|投诉).*') THEN 'disputed'
    WHEN regexp_full_match(lower(x), 'refunded|returned|retourniert|erstattet|remboursée?|reembolsad[oa]|devuelt[oa]|'
        || '.*(退款成功|退款完成|已退款|全额退款|已退货).*') THEN 'refunded'
    WHEN regexp_full_match(lower(x), '(refund|return)(ing|[ _-](requested|pending|in progress))|pending[ _-](refund|return)|'
        || '.*(退款中|退货中|售后中|申请退款|退款申请|待退款|退款处理).*') THEN 'refunding'
    WHEN regexp_full_match(lower(x), 'completed?|delivered|fulfilled|abgeschlossen|zugestellt|terminée?|completad[oa]|'
        || '.*(交易成功|已完成|已签收|已收货).*') THEN 'completed'
    WHEN regexp_full_match(lower(x), 'shipped|sent|in transit|versandt|versendet|expédiée?|enviad[oa]|'
        || '.*(已发货|待收货|等待买家确认).*') THEN 'shipped'
    WHEN regexp_full_match(lower(x), '(partially[ _-])?(paid|refunded)|authorized|processing|bezahlt|payée?|pagad[oa]|'
        || '.*(已付款|已支付|待发货|等待卖家发货|部分退款).*') THEN 'paid'
    WHEN x IS NOT NULL THEN 'unknown' END;

-- Gives a cell, but null where it only means that the value is unknown.
--   stated('暂无') -> NULL
--   stated('-') -> NULL
--   stated('3000') -> 3000
CREATE MACRO stated(x) AS if(regexp_full_match(lower(bare(x)),
    '[-–—/\\.?？]+|无|暂无|未知|待定|面议|不详|n/?a|none|null|tbd|on request'), NULL, bare(x));

-- Finds the number in an asked price, with its unit; of a range the upper end.
CREATE MACRO _asked(x) AS rtrim(regexp_extract(lower(x),
    '^(?:[¥￥€$£]?\s*[\d.,''’ \x{a0}\x{202f}]+\s*[万w千km]?\s*[元€$£]?\s*[-~～–—至到]\s*)?[¥￥€$£]?\s*(\d[\d.,''’ \x{a0}\x{202f}]*[万w千km]?)\s*'
    || '(?:元|rmb|cny|usd|eur|[¥￥€$£])?\s*(?:[/每一]\s*(?:条|篇|个|次|post|video|reel|story))?$', 1));

-- Writes the price that somebody asks for a post. What is not a price stays. Three digits behind a lone point or comma
-- are thousands, and fewer are cents.
--   to_quote('1.2万/条') -> 12000
--   to_quote('$1.5K') -> 1500
--   to_quote('1.200 €') -> 1200
--   to_quote('3000-5000') -> 5000
--   to_quote('1.5') -> 1.5
--   to_quote('12,50') -> 12.5
--   to_quote('ask me') -> ask me
CREATE MACRO to_quote(x) AS list_transform(
    [stated(x)],
    lambda cell: coalesce(
        list_transform(
            [_asked(cell)],
            lambda n: coalesce(
                nullif(regexp_extract(to_count(n), '^\d+$'), ''), TRY_CAST(_decimal(n) AS DOUBLE)::VARCHAR
            )
        )[1],
        cell
    )
)[1];
