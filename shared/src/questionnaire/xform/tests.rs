use super::lists::{Itemset, itemset_of};
use super::*;
use crate::questionnaire::sheet::{Severity, Sheets};

/// A form as its parts: what stands in the instance, the model and the body.
fn document(instance: &str, model: &str, body: &str) -> String {
    format!(
        r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:lumbung="https://lumbung.id/xforms">
<h:head><h:title>Uji</h:title>
<model>
<instance><data id="uji" version="3">{instance}<meta><instanceID/></meta></data></instance>
{model}
</model></h:head>
<h:body>
{body}
</h:body></h:html>"#
    )
}

fn form(instance: &str, model: &str, body: &str) -> Imported {
    import(
        &document(instance, model, body),
        &BTreeMap::new(),
        &BTreeMap::new(),
    )
}

const ITEXT: &str = r#"<itext>
<translation lang="English (en)"><text id="a:label"><value>Age of <output value="/data/nama"/></value><value form="guidance">Guide</value></text><text id="l-0"><value>Yes</value></text></translation>
<translation lang="Indonesia (id)" default="true()"><text id="a:label"><value>Umur <output value=" /data/nama "/> </value></text><text id="l-0"><value>Ya</value></text></translation>
</itext>"#;

#[test]
fn a_form_reads_like_the_sheet_that_says_the_same() {
    let instance =
        "<nama/><a>5</a><g><pilih/></g><r jr:template=\"\"><luas/></r><r><luas/></r><jumlah/>";
    let model = format!(
        r#"{ITEXT}
<instance id="l"><root><item><itextId>l-0</itextId><name>ya</name><kelas>1</kelas></item></root></instance>
<bind nodeset="/data/nama" type="string" required="true()"/>
<bind nodeset="/data/a" type="int" constraint=". &lt; 120" jr:constraintMsg="Terlalu tua" lumbung:unit="tahun" lumbung:doubt=". &gt; 100"/>
<bind nodeset="/data/g" relevant=" /data/a  &gt; 3"/>
<bind nodeset="/data/g/pilih" type="string"/>
<bind nodeset="/data/r/luas" type="decimal"/>
<setvalue event="odk-instance-first-load odk-new-repeat" ref="/data/r/luas" value="1 + 1"/>
<bind nodeset="/data/jumlah" type="string" calculate="sum( /data/r/luas )"/>"#
    );
    let body = r#"
<input ref="/data/nama"><label>Nama</label></input>
<input ref="/data/a" appearance="tanya"><label ref="jr:itext('a:label')"/></input>
<group ref="/data/g" appearance="field-list"><label>Grup</label>
<select1 ref="/data/g/pilih"><label>Pilih</label><itemset nodeset="randomize(instance('l')/root/item[kelas= /data/a ], 42)"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1></group>
<group ref="/data/r"><label>Kebun</label><repeat nodeset="/data/r" jr:count=" /data/a "><input ref="/data/r/luas"><label>Luas</label></input></repeat></group>"#;
    let imported = form(instance, &model, body);
    assert_eq!(imported.problems, Vec::new());
    let read = imported.questionnaire.unwrap();

    let survey = "type,name,label::Indonesia (id),label::English (en),required,constraint,constraint_message,relevant,calculation,default,choice_filter,appearance,parameters,repeat_count,bind::lumbung:unit,bind::lumbung:doubt\n\
        text,nama,Nama,,yes,,,,,,,,,,,\n\
        integer,a,Umur ${nama},Age of ${nama},,. < 120,Terlalu tua,,,5,,tanya,,,tahun,. > 100\n\
        begin_group,g,Grup,,,,,${a} > 3,,,,field-list,,,,\n\
        select_one l,pilih,Pilih,,,,,,,,kelas=${a},,randomize=true seed=42,,,\n\
        end_group,,,,,,,,,,,,,,,\n\
        begin_repeat,r,Kebun,,,,,,,,,,,${a},,\n\
        decimal,luas,Luas,,,,,,,1 + 1,,,,,,\n\
        end_repeat,,,,,,,,,,,,,,,\n\
        calculate,jumlah,,,,,,,sum(${luas}),,,,,,,\n";
    let sheets = Sheets {
        survey: survey.to_owned(),
        choices: "list_name,name,label::Indonesia (id),label::English (en),kelas\nl,ya,Ya,Yes,1\n"
            .to_owned(),
        settings: "form_title,form_id,version,default_language\nUji,uji,3,Indonesia (id)\n"
            .to_owned(),
        ..Sheets::default()
    };
    let mut written = sheet::import(&sheets).questionnaire.unwrap();
    for (ours, theirs) in written.nodes.iter_mut().zip(&read.nodes) {
        ours.sheet_row = theirs.sheet_row;
    }
    assert_eq!(read, written);
}

/// Lines, columns and codes of the problems.
fn check(instance: &str, model: &str, body: &str, expected: &[(u32, &str, &str)]) {
    let imported = form(instance, model, body);
    let found: Vec<(u32, &str, &str)> = imported
        .problems
        .iter()
        .map(|problem| (problem.row, problem.column.as_str(), problem.code.as_str()))
        .collect();
    assert_eq!(found, expected);
    let refused = imported
        .problems
        .iter()
        .any(|each| each.severity == Severity::Error);
    assert_eq!(imported.questionnaire.is_none(), refused);
    assert!(
        imported
            .problems
            .iter()
            .all(|each| each.sheet == Sheet::Xform)
    );
}

#[test]
fn all_problems_are_told_with_their_lines() {
    check(
        "<a/><a/><b/><c/><d/>",
        "<bind nodeset=\"/data/a\" relevant=\"/data/tiada = 1\"/>\n\
         <bind nodeset=\"/data/b\" type=\"boolean\"/>\n\
         <bind nodeset=\"/data/e\" type=\"int\"/>\n\
         <bind nodeset=\"/data/c\" calculate=\"1 +\"/>",
        "<input ref=\"/data/b\"><label>B</label></input>\n\
         <select1 ref=\"/data/d\"><label>D</label><itemset nodeset=\"/data/a\"/></select1>\n\
         <input ref=\"/data/f\"><label>F</label></input>\n\
         <group><label>tata letak</label></group>",
        &[
            (4, "instance", "name_repeated"),
            (5, "relevant", "path_unknown"),
            (7, "bind", "path_unknown"),
            (8, "calculate", "expression_invalid"),
            (11, "input", "type_unsupported"),
            (12, "itemset", "itemset_unsupported"),
            (13, "input", "path_unknown"),
            (14, "group", "group_without_path"),
        ],
    );
}

#[test]
fn what_is_no_form_is_refused() {
    let code = |text: &str| {
        let problem = import(text, &BTreeMap::new(), &BTreeMap::new())
            .problems
            .remove(0);
        format!("{} {}", problem.row, problem.code)
    };
    assert_eq!(code("<a>\n<b></a>"), "2 xml_unreadable");
    assert_eq!(code("<a/>"), "0 xml_part_missing");
    let laughs = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]>\n<a>&c;</a>";
    assert!(code(laughs).ends_with("xml_unreadable"), "{}", code(laughs));
    let deep = "<a>".repeat(1_000_000);
    assert_eq!(code(&deep), "1 too_deep");
    assert_eq!(code(&" ".repeat(XFORM_BYTES_MAX + 1)), "0 sheet_too_large");
}

#[test]
fn a_count_that_pyxform_moved_away_comes_back() {
    let instance = "<n/><r_count/><r jr:template=\"\"><x/></r>";
    let model = "<bind nodeset=\"/data/n\" type=\"int\"/>\
        <bind nodeset=\"/data/r_count\" type=\"string\" readonly=\"true()\" calculate=\" /data/n + 1\"/>\
        <bind nodeset=\"/data/r/x\" type=\"string\"/>";
    let body = "<input ref=\"/data/n\"><label>N</label></input>\
        <group ref=\"/data/r\"><label>R</label><repeat nodeset=\"/data/r\" jr:count=\" /data/r_count \">\
        <input ref=\"/data/r/x\"><label>X</label></input></repeat></group>";
    let read = form(instance, model, body).questionnaire.unwrap();
    let names: Vec<&str> = read.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["data", "n", "r", "x"]);
    assert!(read.nodes[2].count.is_some());
}

#[test]
fn itemsets_are_taken_apart() {
    let check = |text: &str, expect: Option<(&str, Option<&str>, bool, Option<&str>)>| {
        let expect = expect.map(|(id, filter, is_random, seed)| Itemset {
            id,
            filter,
            is_random,
            seed,
        });
        assert_eq!(itemset_of(text), expect, "{text}");
    };
    check("instance('l')/root/item", Some(("l", None, false, None)));
    check(
        "instance(\"l\")/root/item[a = 'x]' and b = c]",
        Some(("l", Some("a = 'x]' and b = c"), false, None)),
    );
    check(
        "randomize(instance('l')/root/item[a=f(1, 2)],  /data/s )",
        Some(("l", Some("a=f(1, 2)"), true, Some("/data/s"))),
    );
    check(
        "randomize(instance('l')/root/item)",
        Some(("l", None, true, None)),
    );
    check("instance('l')/root/item[a][b]", None);
    check("/data/r[x != '']", None);
}

#[test]
fn files_are_read_by_the_columns_of_the_control() {
    let instance = "<a/>";
    let model = "<instance id=\"desa\" src=\"jr://file-csv/desa.csv\"/><bind nodeset=\"/data/a\" type=\"string\"/>";
    let body = "<select1 ref=\"/data/a\"><label>A</label><itemset nodeset=\"instance('desa')/root/item[kec='1']\"><value ref=\"kode\"/><label ref=\"nama\"/></itemset></select1>";
    let text = document(instance, model, body);
    let missing = import(&text, &BTreeMap::new(), &BTreeMap::new());
    assert_eq!(missing.problems[0].code, "file_missing");
    assert_eq!(missing.problems[0].offending, "desa.csv");
    let files = BTreeMap::from([(
        "desa.csv".to_owned(),
        "kode,nama,kec\n7,Tujuh,1\n".to_owned(),
    )]);
    let read = import(&text, &files, &BTreeMap::new())
        .questionnaire
        .unwrap();
    let list = &read.lists[read.nodes[1].list.unwrap() as usize];
    assert_eq!(list.name, "desa.csv?kode&nama");
    assert_eq!(
        (
            list.choices[0].name.as_str(),
            list.choices[0].label.plain(0)
        ),
        ("7", "Tujuh".to_owned())
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]

    #[test]
    fn any_text_is_read_or_refused(
        text in "(<|>|/|<a>|</a>|<model>|<instance>|<bind nodeset=\"/a\"/>|<!--|-->|<!\\[CDATA\\[|]]>|&lt;|&a;|\"|'|\\PC){0,60}",
    ) {
        let imported = import(&text, &BTreeMap::new(), &BTreeMap::new());
        let refused = imported.problems.iter().any(|each| each.severity == Severity::Error);
        proptest::prop_assert_eq!(imported.questionnaire.is_none(), refused);
    }

    #[test]
    fn any_parts_are_read_or_refused(
        instance in "(<a/>|<b>|</b>|<c>1</c>|<meta/>|<d jr:template=\"\"><e/></d>){0,5}",
        model in "(<bind nodeset=\"/data/(a|b|c|d|d/e|x)\" (type=\"(int|string|date)\"|relevant=\"/data/(a|b|d/e)\"|calculate=\"(1|\\.\\./a|position\\(\\.\\.\\))\"|readonly=\"true\\(\\)\")/>|<setvalue ref=\"/data/a\" event=\"odk-new-repeat\" value=\"1\"/>|<instance id=\"l\"><root><item><name>x</name></item></root></instance>){0,6}",
        body in "(<input ref=\"/data/(a|b|c|d/e)\"><label>A</label></input>|<group ref=\"/data/(b|d)\">|</group>|<repeat nodeset=\"/data/d\">|</repeat>|<select1 ref=\"/data/c\"><itemset nodeset=\"instance\\('l'\\)/root/item\"/></select1>){0,6}",
    ) {
        let imported = form(&instance, &model, &body);
        if let Some(questionnaire) = imported.questionnaire {
            let again = crate::questionnaire::model::Questionnaire::from_bytes(&questionnaire.to_bytes());
            proptest::prop_assert_eq!(again, Ok(questionnaire));
        }
    }
}

#[test]
fn files_beside_texts_are_read_from_the_forms_of_a_text() {
    let model = r#"<itext>
<translation lang="id"><text id="a:label"><value>A</value><value form="image">jr://images/padi.png</value><value form="audio">jr://audio/padi.mp3</value></text><text id="l-0"><value form="video">jr://video/x.mp4</value></text></translation>
</itext>
<instance id="l"><root><item><itextId>l-0</itextId><name>x</name></item></root></instance>
<bind nodeset="/data/a" type="string"/>"#;
    let body = r#"<select1 ref="/data/a"><label ref="jr:itext('a:label')"/><itemset nodeset="instance('l')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>"#;
    let attachments = BTreeMap::from([("padi.png".to_owned(), vec![1, 2])]);
    let text = document("<a/>", model, body);
    let imported = import(&text, &BTreeMap::new(), &attachments);
    let missing: Vec<&str> = imported
        .problems
        .iter()
        .map(|problem| problem.offending.as_str())
        .collect();
    assert_eq!(missing, ["x.mp4", "padi.mp3"]);
    let form = imported.questionnaire.unwrap();
    let files: Vec<&str> = form.nodes[1]
        .media
        .iter()
        .map(|name| name.file.as_str())
        .collect();
    assert_eq!(files, ["padi.png", "padi.mp3"]);
    assert_eq!(form.lists[0].choices[0].media[0].file, "x.mp4");
    assert_eq!(form.media[0].bytes, [1, 2]);
}

#[test]
fn an_entity_says_without_a_formula_that_it_creates_and_updates() {
    let read = |attributes: &str, binds: &str| {
        let entity = format!(r#"<entity {attributes}><label/></entity>"#);
        let instance = format!("<g><a/><meta>{entity}<asing/></meta></g>");
        let path = "/data/g/meta/entity";
        let model = format!(
            r#"<bind nodeset="/data/g/a" type="string"/>
<bind nodeset="{path}/label" calculate="../../../a"/>{}"#,
            binds.replace('@', &format!("{path}/@"))
        );
        let body = r#"<group ref="/data/g"><label>G</label><input ref="/data/g/a"><label>A</label></input></group>"#;
        let imported = form(&instance, &model, body);
        let codes = imported.problems.iter().map(|each| each.code.clone());
        let codes = codes.collect::<Vec<_>>().join(" ");
        let entities = imported.questionnaire.map(|form| form.entities);
        (codes, entities.and_then(|mut entities| entities.pop()))
    };
    let truth = |text: &str| parse(text).ok();
    let id = r#"<bind nodeset="@id" calculate="../../../a"/>"#;
    let actions = |attributes: &str, binds: &str| {
        let (codes, entity) = read(&format!(r#"dataset="pohon" {attributes}"#), binds);
        // What else stands in the metadata is named.
        assert_eq!(codes, "setting_unused", "{attributes}");
        let entity = entity.unwrap();
        assert_eq!(entity.list, "pohon");
        (entity.create_if, entity.update_if)
    };
    let both = actions(r#"create="1" update="1" id="""#, id);
    assert_eq!(both, (truth("true()"), truth("true()")));
    let only_created = actions(r#"create="1" id="""#, id);
    assert_eq!(only_created, (truth("true()"), truth("false()")));
    assert_eq!(actions(r#"update="1" id="""#, id), (None, None));
    assert_eq!(actions(r#"create="1" id="""#, ""), (None, None));
    let without_list = read(r#"create="1" id="""#, "").0;
    assert_eq!(without_list, "entity_dataset_missing setting_unused");
    let without_id = read(r#"dataset="pohon" update="1""#, "").0;
    assert_eq!(without_id, "entity_id_missing setting_unused");
}

#[test]
fn each_path_of_an_entitys_formula_is_read_from_beside_the_questions() {
    for (from, to) in [
        ("../../../a", "../a"),
        ("../../../../../../a + ../../../b", "../../../../a + ../b"),
        ("/data/a + ../../b", "/data/a + ../../b"),
    ] {
        assert_eq!(from_beside(from), to);
    }
}

#[test]
fn a_long_file_is_packed_only_as_it_is_read() {
    let rows: String = (0..20_001).map(|row| format!("{row},L{row}\n")).collect();
    let files = [("desa.csv".to_owned(), format!("kode,nama\n{rows}"))];
    let packed = |calculate: &str| {
        let model = format!(
            r#"<instance id="desa" src="jr://file-csv/desa.csv"/>
<bind nodeset="/data/d" type="string"/><bind nodeset="/data/c" type="string" calculate="{calculate}"/>"#
        );
        let body = r#"<select1 ref="/data/d"><label>D</label><itemset nodeset="instance('desa')/root/item"><value ref="kode"/><label ref="nama"/></itemset></select1>"#;
        let document = document("<d/><c/>", &model, body);
        let imported = import(&document, &files.clone().into(), &BTreeMap::new());
        let form = imported.questionnaire.expect("it is in order");
        let wanted = form.lists.iter().filter(|list| list.file.is_some());
        let names: Vec<String> = imported.lists.into_iter().map(|(name, _)| name).collect();
        assert!(wanted.map(|list| &list.name).eq(&names));
        names
    };
    assert_eq!(packed("1 + 1"), ["desa.csv?kode&nama"]);
    let both = packed("pulldata('desa', 'nama', 'kode', /data/d )");
    assert_eq!(both, ["desa", "desa.csv?kode&nama"]);
    let both = packed("instance('desa')/root/item[kode = /data/d ]/nama");
    assert_eq!(both, ["desa", "desa.csv?kode&nama"]);
}
