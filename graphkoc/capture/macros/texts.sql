-- Repairs text whose UTF-8 bytes were each written as a letter, as exports of Meta do. Other text stays.
--   unmangled('Ã¼ber') -> über
--   unmangled('über') -> über
CREATE MACRO unmangled(x) AS coalesce(
    if(regexp_full_match(x, '[\x00-\x{ff}]*'), TRY(decode(unhex(array_to_string(list_transform(
        regexp_extract_all(x, '(?s).'), lambda letter: printf('%02x', unicode(letter))), '')))), NULL), x);

-- Ends the load with this message as the error.
CREATE MACRO refuse(words) AS error('refused: ' || words);
