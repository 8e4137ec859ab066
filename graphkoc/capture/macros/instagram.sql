-- Finds in a map of Instagram's export, whose keys are in the language of the account and have their bytes written as
-- letters, the value of the key with one of these names.
CREATE MACRO _export_value(details, names) AS list_filter(
    map_entries(TRY_CAST(TRY_CAST(details AS JSON) AS MAP(VARCHAR, JSON))),
    lambda field: list_contains(names, replace(lower(unmangled(field.key)), '’', ''''))
)[1].value ->> '$.value';

-- Gives a field of the account's own page in Instagram's export: its 'username', 'name' or 'bio'.
--   export_field('{"Username": {"value": "ann_b"}}', 'username') -> ann_b
--   export_field('{"Nom d\u00e2\u0080\u0099utilisateur": {"value": "ann_b"}}', 'username') -> ann_b
--   export_field('{"Nom": {"value": "Zo\u00c3\u00a9"}}', 'name') -> Zoé
--   export_field('{"Email": {"value": "x"}}', 'bio') -> NULL
CREATE MACRO export_field(details, field) AS unmangled(_export_value(details, CASE field
    WHEN 'username' THEN [
        'username', 'benutzername', 'nom d''utilisateur', 'nombre de usuario', 'nome utente', 'gebruikersnaam',
        'nome de usuário', 'nome de utilizador', 'nazwa użytkownika', 'användarnamn', 'brugernavn', 'brukernavn',
        'käyttäjänimi', 'uživatelské jméno', 'felhasználónév', 'nume de utilizator', 'kullanıcı adı', 'имя пользователя',
        'ім''я користувача', 'όνομα χρήστη', 'nama pengguna', 'tên người dùng', 'ชื่อผู้ใช้', 'اسم المستخدم', 'שם משתמש',
        'यूज़रनेम', '用户名', '用戶名稱', '用戶名', '使用者名稱', '帳號', 'ユーザーネーム', '사용자 이름'
    ]
    WHEN 'name' THEN [
        'name', 'nom', 'nombre', 'nome', 'naam', 'imię i nazwisko', 'imię', 'namn', 'navn', 'nimi', 'jméno', 'név', 'nume',
        'ad', 'adı', 'isim', 'имя', 'ім''я', 'όνομα', 'nama', 'tên', 'ชื่อ', 'الاسم', 'שם', 'नाम', '姓名', '名字', '名称', '名稱',
        '名前', '이름'
    ]
    WHEN 'bio' THEN [
        'bio', 'biography', 'steckbrief', 'biografie', 'biographie', 'presentación', 'biografía', 'biografia', 'biogram',
        'notka biograficzna', 'biografi', 'elämäkerta', 'életrajz', 'biyografi', 'биография', 'о себе', 'біографія',
        'βιογραφικό', 'tiểu sử', 'ประวัติ', 'السيرة الذاتية', 'ביוגרפיה', 'बायो', '个人简介', '個人簡介', '简介', '自己紹介', '소개'
    ] END));
