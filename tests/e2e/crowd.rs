//! Rounds of as many villages as wanted, answered and approved before the server starts.
//!
//! Always: the same from run to run; through the hub's decision, as what phones bring; a later round says other numbers.
//! Never: looks at a screen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};
use server::auth::Passwords;
use server::store::{
    AccountDraft, Act, MethodDraft, Place, Push, QuestionnaireDraft, RegionRow, RoundDraft, Store,
};
use shared::answers::{Change, Evidence, Op, OpBody, Point, Review, Submission, Value};
use shared::ids::{
    AccountId, BootId, CaseId, DeviceId, LaneId, PartitionId, Path, QuestionnaireId, RegionId,
    Role, RoundId, Seq, VisitId,
};
use shared::merge::{Case, Context};
use shared::priority::{method_hash, parse};
use shared::questionnaire::sheet::{Sheets, import};
use shared::sync::hub::{MacKey, Sender, Stretch};
use shared::time::Millis;
use shared::wire::office::{AssignmentNew, Language, QuestionnaireSheets, RoundKind};
use shared::wire::priority::MethodView;
use shared::wire::v1::{BATCH_OPS_MAX, PushResponse};
use tempfile::TempDir;

/// Of every account.
pub(crate) const PASSWORD: &str = "lumbung-padi-7";
/// The method that every crowd has, as addresses name it.
pub(crate) const METHOD: &str = "uji@1";
/// Ranks the whole country, one province after the other, and has a list of villages of each.
pub(crate) const PROVINCES: [&str; 8] = ["53", "19", "64", "52", "51", "35", "33", "32"];

const BEGUN_MS: i64 = 1_780_000_000_000;
const YEAR_MS: i64 = 365 * 86_400_000;
const ENUMERATOR: AccountId = AccountId([1; 16]);
const SUPERVISOR: AccountId = AccountId([2; 16]);
/// Villages of one kecamatan.
const VILLAGES: usize = 200;

const SURVEY: &str = "type,name,label
begin_group,a_umum,Umum
integer,a_warga,Berapa warga desa ini?
integer,a_panen,Berapa ton panen setahun?
integer,a_kelompok,Berapa kelompok tenun?
geopoint,a_koordinat_kantor,Di mana letak kantor desa?
end_group,,
";
const SETTINGS: &str =
    "form_id,form_title,version,default_language\ncrowd,Ramai,1,Bahasa Indonesia (id)\n";

/// How many of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) provinces: usize,
    /// Of each province.
    pub(crate) regencies: usize,
    /// Of each kabupaten.
    pub(crate) villages: usize,
    /// Names of the rounds, the earliest first; a year lies between them.
    pub(crate) rounds: &'static [&'static str],
    /// Of the method; a shipped index has 50.
    pub(crate) indicators: usize,
    /// What follows the quota in the method's document: more of the quota, then other tables.
    pub(crate) more: &'static str,
}

/// Id of the round of that place.
pub(crate) fn round_id(place: usize) -> RoundId {
    RoundId([9 + place as u8; 16])
}

/// Code of a kabupaten, counted from 0.
pub(crate) fn regency(province: usize, number: usize) -> String {
    format!("{}.{:02}", PROVINCES[province], number + 1)
}

/// Code of a village of it, counted from 0.
pub(crate) fn village(regency: &str, number: usize) -> String {
    let (district, place) = (number / VILLAGES + 1, number % VILLAGES + 2001);
    format!("{regency}.{district:02}.{place}")
}

impl Crowd {
    /// A folder for `Server::start_on`, with the accounts `analis` of everywhere and `analis-53` of one province.
    pub(crate) fn prepare(&self) -> Result<TempDir> {
        ensure!(self.provinces <= PROVINCES.len(), "so many provinces");
        let data = tempfile::Builder::new().prefix("lumbung-data-").tempdir()?;
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(self.fill(&Place::from(data.path())))?;
        Ok(data)
    }

    fn regency_codes(&self) -> Vec<String> {
        let each = (0..self.provinces)
            .flat_map(|province| (0..self.regencies).map(move |number| regency(province, number)));
        each.collect()
    }

    async fn fill(&self, place: &Place) -> Result<()> {
        let act = Act::by_program(Millis(BEGUN_MS));
        let store = Store::open(place.clone(), act.at).await?;
        self.people(&store, act).await?;
        store.put_regions(self.regions()?, act).await?;
        let form = form()?;
        let id = form.id;
        store.put_questionnaire(form, act).await?;
        store.put_method(self.method()?, act).await?;
        // Receipts go to nobody.
        let key = MacKey::new([3; 32]);
        for (place, name) in self.rounds.iter().enumerate() {
            let at = Millis(BEGUN_MS + place as i64 * YEAR_MS);
            let regencies: Result<Vec<RegionId>, _> =
                self.regency_codes().iter().map(|it| it.parse()).collect();
            let draft = RoundDraft {
                id: round_id(place),
                name: (*name).to_owned(),
                kind: RoundKind::Real,
                questionnaire: id,
                regencies: regencies?,
            };
            store.open_round(draft, Act::by_program(at)).await?;
            for regency in self.regency_codes() {
                let field = Field {
                    round: place,
                    regency: &regency,
                    form: id,
                    at,
                };
                field.fill(&store, self.villages, &key).await?;
            }
        }
        store.close().await;
        Ok(())
    }

    async fn people(&self, store: &Store, act: Act) -> Result<()> {
        let hash = Passwords::default().hash(PASSWORD.to_owned()).await;
        let hash = hash.ok().context("the password could not be hashed")?;
        let everywhere: Vec<&str> = PROVINCES[..self.provinces].to_vec();
        let people = [
            (
                ENUMERATOR,
                "pencacah",
                "Yuliana Bete",
                Role::Enumerator,
                everywhere.clone(),
            ),
            (
                SUPERVISOR,
                "pengawas",
                "Agustinus Bria",
                Role::Supervisor,
                everywhere,
            ),
            (
                AccountId([3; 16]),
                "analis",
                "Dewi Lestari",
                Role::Analyst,
                vec![],
            ),
            (
                AccountId([4; 16]),
                "analis-53",
                "Rosa Seran",
                Role::Analyst,
                vec!["53"],
            ),
        ];
        let draft = |(id, username, name, role, regions): (_, &str, &str, _, Vec<&str>)| {
            let regions: Result<Vec<RegionId>, _> = regions.iter().map(|it| it.parse()).collect();
            anyhow::Ok(AccountDraft {
                id,
                username: username.to_owned(),
                name: name.to_owned(),
                role,
                regions: regions?,
                language: Language::Id,
                password_hash: hash.clone(),
            })
        };
        let drafts: Result<Vec<AccountDraft>> = people.into_iter().map(draft).collect();
        store.make_accounts(drafts?, act).await?;
        Ok(())
    }

    fn regions(&self) -> Result<Vec<RegionRow>> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for regency in self.regency_codes() {
            names.insert(
                regency[..2].to_owned(),
                format!("Provinsi {}", &regency[..2]),
            );
            for number in 0..self.villages {
                let village = village(&regency, number);
                let district = &village[..8];
                names.insert(district.to_owned(), format!("Kecamatan {district}"));
                names.insert(village.clone(), format!("Desa {village}"));
            }
            names.insert(regency.clone(), format!("Kabupaten {regency}"));
        }
        let row = |(code, name): (String, String)| {
            let code = code.parse()?;
            anyhow::Ok(RegionRow { code, name })
        };
        names.into_iter().map(row).collect()
    }

    fn method(&self) -> Result<MethodDraft> {
        let mut document = String::from(HEAD);
        for number in 0..self.indicators {
            let (dimension, expression) = match number % 2 {
                0 => ("hasil", "${a_panen}"),
                _ => ("kelompok", "1000 * ${a_kelompok} div ${a_warga}"),
            };
            write!(
                document,
                "\n[[indicator]]\nid = \"i{number:02}\"\ndimension = \"{dimension}\"\n\
                 label = {{ id = \"Indikator {number}\", en = \"Indicator {number}\" }}\n\
                 expression = \"{expression}\"\nweight = {}\nnormalise = {{ kind = \"min_max\", min = 0, max = {} }}\n",
                number / 2 + 1,
                500 + number,
            )?;
        }
        document.push_str(PROGRAMME);
        document.push_str(self.more);
        let method = parse(&document).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        Ok(MethodDraft {
            hash: method_hash(&method),
            view: MethodView {
                id: method.id.clone(),
                version: method.version.clone(),
                label: method.label.clone(),
                estimate: false,
                selects: true,
                stored: None,
            },
            document,
        })
    }
}

const HEAD: &str = r#"format = 1
id = "uji"
version = "1"
label = { id = "Uji", en = "Trial" }
source = "uji"
decimals = 2
scale = [0, 100]

[uncertainty]
weight_spread = 0.25
draws = 200

[[dimension]]
id = "uji"
label = { id = "Uji", en = "Trial" }

[[dimension]]
id = "hasil"
parent = "uji"
label = { id = "Hasil panen", en = "Harvest" }
weight = 60

[[dimension]]
id = "kelompok"
parent = "uji"
label = { id = "Kelompok tenun", en = "Weavers" }
weight = 40
"#;

const PROGRAMME: &str = r#"
[programme]
id = "uji"
label = { id = "Penetapan uji", en = "Trial selection" }

[programme.quota]
per_area = 2
reserves = 1
"#;

fn form() -> Result<QuestionnaireDraft> {
    let sheets = Sheets {
        survey: SURVEY.to_owned(),
        settings: SETTINGS.to_owned(),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    let form = imported
        .questionnaire
        .with_context(|| format!("{:?}", imported.problems))?;
    Ok(QuestionnaireDraft {
        id: form.fingerprint(),
        form_id: form.form_id.clone(),
        title: form.title.clone(),
        version: form.version.clone(),
        questions: 4,
        compiled: form.to_bytes(),
        sheets: QuestionnaireSheets {
            survey: SURVEY.to_owned(),
            choices: String::new(),
            settings: SETTINGS.to_owned(),
            entities: String::new(),
        },
        lists: Vec::new(),
    })
}

/// One kabupaten in one round.
struct Field<'a> {
    round: usize,
    regency: &'a str,
    form: QuestionnaireId,
    at: Millis,
}

impl Field<'_> {
    async fn fill(&self, store: &Store, villages: usize, key: &MacKey) -> Result<()> {
        let (mut answered, mut approved) = (Vec::new(), Vec::new());
        let mut codes = Vec::new();
        let visited = match self.round {
            0 => villages,
            _ => villages - 1,
        };
        for number in 0..visited {
            let code: RegionId = village(self.regency, number).parse()?;
            let mut case = Case::new(CaseId {
                round: round_id(self.round),
                region: code.clone(),
            });
            for (question, value) in self.answers(number)? {
                let path = Path::root().child("a_umum").child(question);
                answered.push(self.op(
                    &mut case,
                    path,
                    Change::Set(value),
                    answered.len(),
                    Role::Enumerator,
                ));
            }
            let digest = case.content_digest();
            let modules = ["a_umum".to_owned()].into_iter().collect();
            let sent = Change::Review(Review::Submit(Submission { digest, modules }));
            answered.push(self.op(
                &mut case,
                Path::root(),
                sent,
                answered.len(),
                Role::Enumerator,
            ));
            let review = Change::Review(Review::Approve { digest });
            approved.push(self.op(
                &mut case,
                Path::root(),
                review,
                approved.len(),
                Role::Supervisor,
            ));
            codes.push(code);
        }
        let work = AssignmentNew {
            round: round_id(self.round),
            account: ENUMERATOR,
            villages: codes,
            modules: Vec::new(),
        };
        store.assign(work, Act::by_program(self.at)).await?;
        self.push(store, answered, Role::Enumerator, key).await?;
        self.push(store, approved, Role::Supervisor, key).await
    }

    /// A later round says something else in every third village, and nothing of the last village.
    fn answers(&self, number: usize) -> Result<Vec<(&'static str, Value)>> {
        let name = village(self.regency, number);
        let chance = name
            .bytes()
            .fold(17_u64, |chance, byte| mixed(chance ^ u64::from(byte)));
        let later = match (self.round, number % 3) {
            (0, _) | (_, 1 | 2) => 0,
            (round, _) => 60 + 20 * round as i64,
        };
        let province = self.regency[..2].parse::<i64>()?;
        let office = Point {
            latitude_e7: -90_000_000 + (chance >> 40) as i64 % 20_000_000,
            longitude_e7: 1_000_000_000 + province * 4_000_000 + (chance >> 20) as i64 % 30_000_000,
            altitude_cm: 0,
            accuracy_cm: 600,
        };
        Ok(vec![
            (
                "a_warga",
                Value::Integer(500 + (chance >> 8) as i64 % 4_000),
            ),
            (
                "a_panen",
                Value::Integer((chance >> 16) as i64 % 400 + later),
            ),
            ("a_kelompok", Value::Integer((chance >> 24) as i64 % 90)),
            ("a_koordinat_kantor", Value::Point(office)),
        ])
    }

    fn op(&self, case: &mut Case, path: Path, change: Change, place: usize, role: Role) -> Op {
        let Context { seen, lamport } = case.context(&path, &change, &[]);
        let (author, device) = self.author(role);
        let after = 25_000 * place as i64;
        let op = Op::new(OpBody {
            case: case.id().clone(),
            path,
            change,
            source: None,
            seen,
            lamport,
            written: Evidence {
                wall: Millis(self.at.0 + after),
                zone_minutes: 480,
                monotonic_ms: after.unsigned_abs(),
                boot: BootId(device.0),
                visit: VisitId(device.0),
            },
            author,
            role,
            device,
            counter: place as u64 + 1,
            questionnaire: self.form,
            app_version: "0.1.0".to_owned(),
        });
        case.insert(op.clone());
        op
    }

    /// One invented device per kabupaten, round and person, so that lanes never meet.
    fn author(&self, role: Role) -> (AccountId, DeviceId) {
        let account = match role {
            Role::Supervisor => SUPERVISOR,
            _ => ENUMERATOR,
        };
        let mut device = [self.round as u8; 16];
        device[..5].copy_from_slice(self.regency.as_bytes());
        device[15] = account.0[0];
        (account, DeviceId(device))
    }

    async fn push(&self, store: &Store, ops: Vec<Op>, role: Role, key: &MacKey) -> Result<()> {
        let (account, device) = self.author(role);
        let regency: RegionId = self.regency.parse()?;
        let mut previous = None;
        for (page, ops) in ops.chunks(BATCH_OPS_MAX).enumerate() {
            let stretch = Stretch {
                from: Seq((page * BATCH_OPS_MAX) as u64 + 1),
                previous,
            };
            previous = ops.last().map(Op::id);
            let push = Push {
                partition: PartitionId {
                    round: round_id(self.round),
                    regency: regency.clone(),
                },
                lane: LaneId(device.0),
                stretch,
                ops: ops.iter().map(|op| (op.clone(), None)).collect(),
                came: None,
                strangers: BTreeSet::new(),
                personal: BTreeSet::new(),
                sender: Sender {
                    account,
                    role,
                    regions: vec![regency.clone()],
                    revoked: false,
                },
                key: key.clone(),
            };
            match store.push(push, self.at).await? {
                PushResponse::Accepted { quarantined, .. } if quarantined.is_empty() => {}
                other => bail!(
                    "the answers of {} were not accepted: {other:?}",
                    self.regency
                ),
            }
        }
        Ok(())
    }
}

/// SplitMix64: the same numbers in every run.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
