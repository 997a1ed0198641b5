//! Entities: names, conditions, places, and what is saved to them.

use super::*;

const SURVEY: &str = "type,name,label,save_to\n\
    text,z,Z,\n\
    begin_repeat,r,R,\n\
    text,a,A,nama\n\
    begin_group,g,G,\n\
    integer,b,B,umur\n\
    end_group,,,\n\
    end_repeat,,,\n";
const ENTITIES: &str = "list_name,label,entity_id,create_if,update_if\n\
    orang,${a},${z},${b} > 1,${b} < 1\n";

fn read(survey: &str, entities: &str) -> Imported {
    import(&Sheets {
        survey: survey.to_owned(),
        settings: "form_id\nuji\n".to_owned(),
        entities: entities.to_owned(),
        ..Sheets::default()
    })
}

#[test]
fn an_entity_has_the_rows_of_the_innermost_repeat_that_it_names() {
    let imported = read(SURVEY, ENTITIES);
    assert_eq!(imported.problems, Vec::new());
    let form = imported.questionnaire.unwrap();
    let entity = &form.entities[0];
    assert_eq!(
        (entity.list.as_str(), entity.repeat),
        ("orang", form.find("/r"))
    );
    let b = form.find("/r/g/b").unwrap();
    assert_eq!(
        entity.saves,
        [
            (form.find("/r/a").unwrap(), "nama".to_owned()),
            (b, "umur".to_owned())
        ]
    );
    let links = entity.create_if.as_ref().unwrap().reads();
    assert_eq!((links[0].node, links[0].within), (b, entity.repeat));
    assert_eq!(Questionnaire::from_bytes(&form.to_bytes()), Ok(form));
}

#[test]
fn faults_of_entities_are_named() {
    let check = |survey: &str, entities: &str, expected: &[(Sheet, u32, &str)]| {
        let imported = read(survey, entities);
        let found = imported.problems.iter();
        let found: Vec<(Sheet, u32, &str)> = found
            .map(|each| (each.sheet, each.row, each.code.as_str()))
            .collect();
        assert_eq!(found, expected, "{survey}{entities}");
    };
    let plain = "type,name,label,save_to\ntext,a,A,\n";
    let row = |cells: &str| format!("list_name,label,entity_id,create_if,update_if\n{cells}\n");
    let entities = |code| [(Sheet::Entities, 2, code)];
    check(plain, &row("x,${a},,,"), &[]);
    check(plain, &row("x.y,${a},,,"), &entities("entity_name_invalid"));
    check(plain, &row("__x,${a},,,"), &entities("entity_name_invalid"));
    check(plain, &row("x,,,,"), &entities("entity_label_missing"));
    check(plain, &row("x,${a},,,1"), &entities("entity_id_missing"));
    check(
        plain,
        &row("x,${a},${a},1,"),
        &entities("entity_id_missing"),
    );
    check(plain, &row("x,${b},,,"), &entities("reference_unknown"));
    check(plain, &row("x,1 +,,,"), &entities("expression_invalid"));
    check(
        plain,
        &row("x,1,,,\nx,1,,,"),
        &[(Sheet::Entities, 3, "entity_name_invalid")],
    );
    check(
        plain,
        "list_name,label,warna\nx,1,2\n",
        &[(Sheet::Entities, 1, "column_unknown")],
    );
    let saved = |cell: &str| format!("type,name,label,save_to\ntext,a,A,{cell}\n");
    let survey = |code| [(Sheet::Survey, 2, code)];
    check(&saved("nama"), "", &survey("save_to_without_entity"));
    check(
        &saved("nama"),
        &row("x,1,,,\ny,1,,,"),
        &survey("save_to_without_entity"),
    );
    check(&saved("y#nama"), &row("x,1,,,\ny,1,,,"), &[]);
    check(
        &saved("y#nama"),
        &row("x,1,,,"),
        &survey("save_to_without_entity"),
    );
    check(&saved("Label"), &row("x,1,,,"), &survey("save_to_invalid"));
    check(&saved("2x"), &row("x,1,,,"), &survey("save_to_invalid"));
    let group = "type,name,label,save_to\nbegin_group,g,G,nama\ntext,a,A,\nend_group,,,\n";
    check(group, &row("x,1,,,"), &survey("save_to_invalid"));
    let two = "type,name,label,save_to\nbegin_repeat,r,R,\ntext,a,A,n\nend_repeat,,,\n\
         begin_repeat,s,S,\ntext,b,B,\nend_repeat,,,\n";
    check(two, &row("x,${b},,,"), &entities("entity_scope"));
}
