"""The SQL for what shops and agencies write into spreadsheets: amounts, days and months, a yes, an order's state."""

from __future__ import annotations

__all__ = ["MACROS"]

MACROS = r"""
CREATE MACRO _trimmed(x) AS nullif(regexp_replace(x, '^[\s''\x{a0}]+|[\s\x{a0}]+$', '', 'g'), '');
CREATE MACRO bare(x) AS _trimmed(regexp_replace(_trimmed(x), '^="([^"]*)"$', '\1'));
CREATE MACRO _amount(x) AS regexp_replace(regexp_extract(x, '^(?:[A-Za-z]{2,3}|[A-Za-z]{0,2}[¥￥€$£])?\s*'
    || '([+-]?\s*\d[\d.,\s]*)(?:[A-Za-z]{2,3}|[¥￥€$£元])?$', 1), '\s', '', 'g');
CREATE MACRO _decimal(y) AS CASE
    WHEN y LIKE '%.%,%' OR regexp_matches(y, '\.\d+\.') THEN replace(replace(y, '.', ''), ',', '.')
    WHEN y LIKE '%,%.%' OR regexp_full_match(y, '[+-]?\d{1,3}(,\d{3})+') THEN replace(y, ',', '')
    ELSE replace(y, ',', '.') END;
CREATE MACRO to_amount(x) AS coalesce(TRY_CAST(_decimal(_amount(bare(x))) AS DOUBLE)::VARCHAR, bare(x));
CREATE MACRO to_currency(said, amount) AS CASE
    WHEN upper(said) IN ('RMB', '人民币', '元', '￥', '¥') THEN 'CNY'
    WHEN said IS NOT NULL THEN upper(said)
    WHEN contains(amount, '€') THEN 'EUR'
    WHEN contains(amount, '£') THEN 'GBP'
    WHEN regexp_matches(amount, '元|RMB|￥') THEN 'CNY' END;
CREATE MACRO shop_time(x, days) AS coalesce(
    CASE days
        WHEN 'dmy' THEN try_strptime(x, ['%d/%m/%Y', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S'])
        WHEN 'mdy' THEN try_strptime(x, ['%m/%d/%Y', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S']) END::VARCHAR,
    to_time(regexp_replace(x, '(:\d\d)\s*([+-]\d\d):?(\d\d)$', '\1\2:\3'))::VARCHAR,
    x);
CREATE MACRO to_consent(x) AS CASE
    WHEN regexp_full_match(lower(x), 'no|n|false|0|not[ _]?subscribed|unsubscribed|nein|non|否|不|不同意|未同意|未授权|'
        || '拒绝|未订阅|いいえ') THEN 'no'
    WHEN regexp_full_match(lower(x), 'yes|y|true|1|subscribed|opted[ _-]?in|ja|j|oui|sí|si|是|同意|已同意|已授权|'
        || '已订阅|はい') THEN 'yes' END;
CREATE MACRO is_cancelled(x) AS coalesce(regexp_full_match(lower(x), 'cancell?ed|void(ed)?|refunded|returned|expired|'
    || 'storniert|retourniert|annulée?|cancelad[oa]|'
    || '.*(已取消|已关闭|交易关闭|退款成功|已退款|全额退款|已退货|作废).*'), false);
CREATE MACRO stated(x) AS if(regexp_full_match(lower(bare(x)),
    '[-–—/\\.?？]+|无|暂无|未知|待定|面议|不详|n/?a|none|null|tbd|on request'), NULL, bare(x));
CREATE MACRO _asked(x) AS regexp_extract(lower(x),
    '^(?:[¥￥€$£]?\s*[\d.,]+\s*[万w千k]?\s*元?\s*[-~～–—至到]\s*)?[¥￥€$£]?\s*([\d.,]+\s*[万w千k]?)\s*'
    || '(?:元|rmb|cny|usd|eur)?\s*(?:[/每一]\s*(?:条|篇|个|次|post|video|reel|story))?$', 1);
CREATE MACRO to_quote(x) AS coalesce(
    to_count(nullif(regexp_replace(_asked(stated(x)), '[,\s]', '', 'g'), '')), stated(x));
"""
"""bare: a cell without what keeps a spreadsheet from rounding it: ="1234", a ' before it, a tab behind it.
to_amount: the digits of ¥1,299.00, 1.299,00 € and 12,50; three digits behind a lone comma are thousands; what is
no amount stays. to_currency: ISO 4217, as a column says it or the amount's sign; $ and ¥ are of several countries.
shop_time: a time, 03/04/2024 by which part is the day ('dmy' or 'mdy'); what is no time stays. to_consent: a clear
yes or no, else null. is_cancelled: whether the state of an order says that nothing came of it. stated: null where a
list says that nobody knows (-, 暂无, 面议). to_quote: a price with 万 or k, for a post or not, the upper end where it
is a range; what is none stays.
"""
