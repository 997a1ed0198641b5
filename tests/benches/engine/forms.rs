//! Forms to measure the engine with: ours, and three that are made.
//!
//! Always: the same forms each time.
//! Never: holds a form of others; what is made only has the size of one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use server::import::{Beside, builtin_sheets, read_form};
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::sheet::{Imported, Sheets, import};
use shared::questionnaire::xform;

/// A form, and the answers between which a person goes to and fro.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) path: &'static str,
    pub(crate) answers: [&'static str; 2],
}

/// All four.
pub(crate) fn all() -> Result<Vec<Form>> {
    Ok(vec![
        Form {
            name: "builtin",
            bytes: compiled(read_form(&builtin_sheets(), Beside::default()))?,
            path: "/a_identitas/a_izin/a_izin_wawancara",
            answers: ["ya", "tidak"],
        },
        Form {
            name: "calculations",
            bytes: compiled(import(&calculations()))?,
            path: "/g0/q0",
            answers: ["7", "8"],
        },
        Form {
            name: "cascade",
            bytes: compiled(import(&cascade()))?,
            path: "/tempat/kabupaten",
            answers: ["k1_1", "k1_2"],
        },
        Form {
            name: "autopsy",
            bytes: compiled(xform::import(
                &autopsy(),
                &BTreeMap::new(),
                &BTreeMap::new(),
            ))?,
            path: "/s0/q0",
            answers: ["ya", "tidak"],
        },
    ])
}

fn compiled(imported: Imported) -> Result<Vec<u8>> {
    let problems = imported.problems;
    let form: Option<Questionnaire> = imported.questionnaire;
    let form = form.with_context(|| format!("the form is refused: {:?}", problems.first()))?;
    Ok(form.to_bytes())
}

/// A thousand questions and a thousand calculations, a hundred of which read the first question.
fn calculations() -> Sheets {
    let mut survey = "type,name,label,calculation,constraint\n".to_owned();
    let mut line = |line: String| {
        survey.push_str(&line);
        survey.push('\n');
    };
    for group in 0..40 {
        line(format!("begin_group,g{group},Bagian {group},,"));
        for question in group * 25..group * 25 + 25 {
            line(format!(
                "integer,q{question},Pertanyaan ke-{question},,. >= 0"
            ));
        }
        line("end_group,,,,".to_owned());
    }
    for number in 0..1_000 {
        let other = (number + 1) % 1_000;
        let formula = match number {
            0..100 => format!("${{q0}} * {number} + 1"),
            _ => format!("if(${{q{number}}} > 3, ${{q{number}}} + ${{q{other}}}, 0)"),
        };
        line(format!("calculate,c{number},,\"{formula}\","));
    }
    Sheets {
        survey,
        ..Sheets::default()
    }
}

/// 12,600 villages in 420 regencies in 30 provinces.
fn cascade() -> Sheets {
    let mut choices = "list_name,name,label,di\n".to_owned();
    for province in 1..=30 {
        let _ = writeln!(choices, "provinsi,p{province},Provinsi {province},");
        for regency in 1..=14 {
            let code = format!("{province}_{regency}");
            let _ = writeln!(choices, "kabupaten,k{code},Kabupaten {regency},p{province}");
            for village in 1..=30 {
                let _ = writeln!(choices, "desa,d{code}_{village},Desa {village},k{code}");
            }
        }
    }
    Sheets {
        survey: "type,name,label,choice_filter\n\
                 begin_group,tempat,Tempat,\n\
                 select_one provinsi,provinsi,Provinsi,\n\
                 select_one kabupaten,kabupaten,Kabupaten,di = ${provinsi} or ${provinsi} = ''\n\
                 select_one desa,desa,Desa,di = ${kabupaten}\n\
                 end_group,,,\n"
            .to_owned(),
        choices,
        ..Sheets::default()
    }
}

/// 550 questions in two languages with long texts, 420 of them under a condition: the size of a
/// verbal autopsy.
fn autopsy() -> String {
    let (mut instance, mut binds, mut body) = (String::new(), String::new(), String::new());
    let (mut indonesian, mut english) = (String::new(), String::new());
    for section in 0..22 {
        let _ = write!(instance, "<s{section}>");
        let _ = write!(
            body,
            "<group ref=\"/data/s{section}\"><label ref=\"jr:itext('q{}')\"/>",
            section * 25
        );
        for question in section * 25..section * 25 + 25 {
            let path = format!("/data/s{section}/q{question}");
            let _ = write!(instance, "<q{question}/>");
            let _ = writeln!(
                binds,
                "<bind nodeset=\"{path}\" type=\"string\" required=\"true()\"{}/>",
                condition(question)
            );
            let _ = writeln!(
                body,
                "<select1 ref=\"{path}\"><label ref=\"jr:itext('q{question}')\"/><hint ref=\"jr:itext('h{question}')\"/>\
                 <itemset nodeset=\"instance('ya')/root/item\"><value ref=\"name\"/><label ref=\"jr:itext(itextId)\"/></itemset></select1>"
            );
            texts(
                &mut indonesian,
                question,
                "Apakah almarhum pernah mengalami gejala ini sebelum meninggal? ",
            );
            texts(
                &mut english,
                question,
                "Did the person who died have this sign at any time before death? ",
            );
        }
        let _ = write!(instance, "</s{section}>");
        body.push_str("</group>");
    }
    let choices =
        "<text id=\"y\"><value>Ya</value></text><text id=\"n\"><value>Tidak</value></text>";
    format!(
        "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:jr=\"http://openrosa.org/javarosa\">\n\
         <h:head><h:title>Autopsi</h:title><model><itext>\
         <translation lang=\"Indonesia (id)\" default=\"true()\">{indonesian}{choices}</translation>\
         <translation lang=\"English (en)\">{english}{choices}</translation></itext>\n\
         <instance><data id=\"autopsi\" version=\"1\">{instance}</data></instance>\n\
         <instance id=\"ya\"><root><item><itextId>y</itextId><name>ya</name></item><item><itextId>n</itextId><name>tidak</name></item></root></instance>\n\
         {binds}</model></h:head><h:body>{body}</h:body></h:html>"
    )
}

/// The first hundred conditions read the first question; the others the question before.
fn condition(question: usize) -> String {
    match question {
        1..=100 => " relevant=\"/data/s0/q0 = 'ya'\"".to_owned(),
        101..=420 => {
            let before = question - 1;
            let section = before / 25;
            format!(" relevant=\"/data/s{section}/q{before} != 'tidak' and /data/s0/q0 != ''\"")
        }
        _ => String::new(),
    }
}

fn texts(out: &mut String, question: usize, sentence: &str) {
    let long = sentence.repeat(8);
    let _ = writeln!(
        out,
        "<text id=\"q{question}\"><value>{question}. {long}</value></text><text id=\"h{question}\"><value>{long}</value></text>"
    );
}
