//! Plausible invented answers for a real village: what the demo round is filled with.
//!
//! Always: equal codes give equal answers; the numbers fit each other and the anchors of the
//! crafts and crops (weavers against looms, harvest against area).
//! Never: real data; no name, number or answer comes from a survey.

use sha2::{Digest as _, Sha256};
use shared::answers::{Decimal, Point, Value};
use shared::ids::RegionId;
use shared::time::Date;

/// One village as the demo imagines it.
#[derive(Debug, Clone)]
pub struct Village {
    code: RegionId,
    random: Random,
    population: i64,
    families: i64,
    area_ha: i64,
    weavers: i64,
    potters: i64,
    migrants: i64,
    rice_ha: i64,
    remote: i64,
    crops: Vec<&'static str>,
    facility: bool,
}

/// Numbers from the village's code: the demo is the same on every machine.
#[derive(Debug, Clone)]
struct Random {
    seed: [u8; 32],
}

impl Random {
    /// A number in `low..=high` that belongs to `what`.
    fn between(&self, what: &str, low: i64, high: i64) -> i64 {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(what.as_bytes());
        let mut number = [0; 8];
        number.copy_from_slice(&hash.finalize()[..8]);
        let span = (high - low + 1).unsigned_abs();
        low + (u64::from_be_bytes(number) % span) as i64
    }

    fn chance(&self, what: &str, percent: i64) -> bool {
        self.between(what, 1, 100) <= percent
    }

    fn pick(&self, what: &str, choices: &[&'static str]) -> &'static str {
        choices[self.between(what, 0, choices.len() as i64 - 1) as usize]
    }
}

impl Village {
    pub fn imagine(code: &RegionId) -> Village {
        let random = Random {
            seed: Sha256::digest(code.as_str().as_bytes()).into(),
        };
        let is_ntt = code.as_str().starts_with("53.");
        let is_kalimantan = code.as_str().starts_with("63.") || code.as_str().starts_with("64.");
        let population = random.between("penduduk", 650, 3_800);
        let families = population * 10 / random.between("anggota", 34, 46);
        let weaves = is_ntt && random.chance("tenun", 62);
        let throws = is_ntt && random.chance("gerabah", 28);
        let migrates = random.chance("pmi", if is_ntt { 78 } else { 22 });
        let crops = match code.as_str() {
            _ if is_ntt => vec!["jagung", "ubi_kayu", "kacang_tanah"],
            text if text.starts_with("19.") => vec!["lada", "karet", "padi_sawah"],
            _ if is_kalimantan => vec!["padi_sawah", "kelapa_sawit", "pisang"],
            _ => vec!["padi_sawah", "jagung"],
        };
        let share = if is_ntt { (40, 220) } else { (20, 700) };
        Village {
            weavers: if weaves {
                random.between("penenun", 12, population / 12)
            } else {
                0
            },
            potters: if throws {
                random.between("perajin", 4, 60)
            } else {
                0
            },
            migrants: if migrates {
                random.between("migran", 4, population / 12)
            } else {
                0
            },
            area_ha: random.between("luas", 450, 6_500),
            rice_ha: random.between("sawah", share.0, share.1),
            remote: random.between("jauh", 1, 10),
            facility: !is_ntt || random.chance("penggilingan", 35),
            code: code.clone(),
            random,
            population,
            families,
            crops,
        }
    }

    /// How many rows a repeat has here.
    pub fn rows(&self, repeat: &str) -> usize {
        match repeat {
            "e_tanaman" => self.crops.len(),
            "f_fasilitas" => usize::from(self.facility),
            _ => 0,
        }
    }

    /// The answer to a question by its name; `row` counts the rows of its repeat from 0.
    pub fn answer(&self, name: &str, row: usize) -> Option<Value> {
        self.identity(name)
            .or_else(|| self.people(name))
            .or_else(|| self.weaving(name))
            .or_else(|| self.pottery(name))
            .or_else(|| self.crop(name, row))
            .or_else(|| self.mill(name))
            .or_else(|| self.enterprise(name))
            .or_else(|| self.services(name))
            .or_else(|| self.access(name))
            .or_else(|| self.closing(name))
    }

    fn yes(&self, what: &str, percent: i64) -> Value {
        yes_no(self.random.chance(what, percent))
    }

    fn identity(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        Some(match name {
            "a_tanggal_kunjungan" => Value::Date(Date::from_calendar(
                2026,
                random.between("bulan", 9, 10) as u8,
                random.between("tanggal", 1, 28) as u8,
            )?),
            "a_izin_wawancara" | "a_izin_data" | "a_izin_foto" => yes_no(true),
            "a_narasumber_nama" => text("Narasumber contoh"),
            "a_narasumber_jabatan" => choice(random.pick(name, &["kades", "sekdes", "kaur"])),
            "a_sumber_dokumen" => choices(&["profil", "rpjmdes"]),
            "a_luas_desa_ha" => decimal(self.area_ha),
            "a_kawasan_transmigrasi" => yes_no(self.is_transmigration()),
            "a_status_lahan" => choice(random.pick(name, &["apl", "apl", "hpk"])),
            "a_lahan_tersedia_ha" => decimal(self.area_ha / random.between(name, 5, 12)),
            "a_daya_tampung_kk" => Value::Integer(random.between(name, 10, 80)),
            "a_sengketa_lahan" => self.yes(name, 12),
            "a_penerimaan_warga" => choice(random.pick(name, &["menerima", "sebagian"])),
            "a_koordinat_kantor" => Value::Point(self.office()),
            _ => return None,
        })
    }

    fn is_transmigration(&self) -> bool {
        let code = self.code.as_str();
        ["19.03.", "63.04.", "64.09.", "64.02."]
            .iter()
            .any(|area| code.starts_with(area))
    }

    /// A point inside the right province, not the true office.
    fn office(&self) -> Point {
        let (latitude, longitude) = match &self.code.as_str()[..2] {
            "53" => (-96_000_000, 1_242_000_000),
            "19" => (-28_500_000, 1_063_500_000),
            "63" => (-31_500_000, 1_146_500_000),
            _ => (-9_000_000, 1_167_500_000),
        };
        Point {
            latitude_e7: latitude + self.random.between("lintang", -3_000_000, 3_000_000),
            longitude_e7: longitude + self.random.between("bujur", -3_000_000, 3_000_000),
            altitude_cm: self.random.between("tinggi", 200, 90_000),
            accuracy_cm: self.random.between("teliti", 350, 1_900),
        }
    }

    fn people(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        let men = self.population * random.between("laki", 48, 51) / 100;
        let men_abroad = self.migrants * random.between("pmi_laki", 30, 70) / 100;
        Some(match name {
            "b_penduduk_l" => Value::Integer(men),
            "b_penduduk_p" => Value::Integer(self.population - men),
            "b_usia_kerja" => Value::Integer(self.population * random.between(name, 58, 69) / 100),
            "b_jumlah_kk" => Value::Integer(self.families),
            "b_kk_pertanian" => Value::Integer(self.farming()),
            "b_penghasilan_utama" => {
                choice(random.pick(name, &["tanaman_pangan", "tanaman_pangan", "perkebunan"]))
            }
            "b_pmi_ada" => yes_no(0 < self.migrants),
            "b_pmi_l" => Value::Integer(men_abroad),
            "b_pmi_p" => Value::Integer(self.migrants - men_abroad),
            "b_pmi_nonprosedural" => {
                Value::Integer(self.migrants * random.between(name, 10, 75) / 100)
            }
            "b_pmi_negara" => choices(&["malaysia"]),
            "b_anak_pmi" => Value::Integer(self.migrants * random.between(name, 30, 140) / 100),
            "b_parenting" => self.yes(name, 25),
            "b_remitansi_kk" => {
                let receiving = self.migrants * random.between(name, 40, 90) / 100;
                Value::Integer(receiving.min(self.families))
            }
            "b_remitansi_rata" => Value::Integer(random.between(name, 5, 30) * 100_000),
            "b_remitansi_saluran" => choices(&["bank"]),
            "b_remitansi_guna" => choices(&["konsumsi", "sekolah"]),
            "b_pmi_purna" => Value::Integer(self.migrants * random.between(name, 5, 30) / 100),
            "b_agen_ada" => self.yes(name, 35),
            "b_layanan_migrasi" => self.yes(name, 15),
            "b_program_migran" => self.yes(name, 10),
            "b_program_migran_tahun" => Value::Integer(random.between(name, 2017, 2024)),
            _ => return None,
        })
    }

    fn weaving(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        let product = random.pick("c_produk_utama", &["selendang", "sarung", "selimut"]);
        Some(match name {
            "c_tenun_ada" => yes_no(0 < self.weavers),
            "c_jenis" => choices(&[random.pick(name, &["ikat", "buna", "sotis"])]),
            "c_penenun" => Value::Integer(self.weavers),
            "c_penenun_p" => Value::Integer(self.weavers * random.between(name, 90, 100) / 100),
            "c_penenun_muda" => Value::Integer(self.weavers * random.between(name, 10, 45) / 100),
            "c_kelompok" => Value::Integer((self.weavers / 12).max(1).min(self.weavers / 2)),
            "c_alat_gedogan" => Value::Integer(self.weavers),
            "c_alat_atbm" => Value::Integer(0),
            "c_benang" => choices(&["katun_toko"]),
            "c_pewarna" => choice(random.pick(name, &["alam", "sintetis", "campuran"])),
            "c_produk_utama" => choice(product),
            "c_hari_per_lembar" => decimal(if product == "selendang" { 7 } else { 20 }),
            "c_produksi_bulan" => {
                let days = if product == "selendang" { 7 } else { 20 };
                Value::Integer((self.weavers * random.between(name, 8, 18) / days).max(1))
            }
            "c_harga" => Value::Integer(match product {
                "selendang" => random.between(name, 8, 35) * 10_000,
                "sarung" => random.between(name, 30, 180) * 10_000,
                _ => random.between(name, 40, 120) * 10_000,
            }),
            "c_pemasaran" => choices(&[random.pick(name, &["pasar", "pengepul", "toko_galeri"])]),
            "c_kendala" => choices(&["modal", "pasar"]),
            _ => return None,
        })
    }

    fn pottery(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        Some(match name {
            "d_gerabah_ada" => yes_no(0 < self.potters),
            "d_produk" => choices(&["periuk", "tempayan"]),
            "d_perajin" => Value::Integer(self.potters),
            "d_perajin_p" => Value::Integer(self.potters * random.between(name, 70, 100) / 100),
            "d_perajin_muda" => Value::Integer(self.potters * random.between(name, 5, 40) / 100),
            "d_kelompok" => Value::Integer(self.potters / 8),
            "d_teknik" => choices(&["pijit_pilin"]),
            "d_pembakaran" => choice("terbuka"),
            "d_tungku" => Value::Integer(0),
            "d_jarak_tanah_km" => decimal(random.between(name, 0, 6)),
            "d_produk_utama" => choice("periuk"),
            "d_produksi_bulan" => Value::Integer(self.potters * random.between(name, 25, 180)),
            "d_harga" => Value::Integer(random.between(name, 3, 16) * 5_000),
            "d_pemasaran" => choices(&["pasar"]),
            _ => return None,
        })
    }

    /// Farming families.
    fn farming(&self) -> i64 {
        self.families * self.random.between("b_kk_pertanian", 55, 92) / 100
    }

    fn crop(&self, name: &str, row: usize) -> Option<Value> {
        let random = &self.random;
        let crop = self.crops.get(row).copied().unwrap_or("jagung");
        let planted = match crop {
            "padi_sawah" => self.rice_ha.min(self.area_ha / 6),
            _ => (self.area_ha / random.between(crop, 14, 40)).max(4),
        };
        let (form, tonnes_tenths, price) = match crop {
            "padi_sawah" => ("gkp", random.between("hasil_padi", 34, 52), 6_500),
            "ubi_kayu" => ("umbi_basah", random.between("hasil_ubi", 70, 120), 2_000),
            "kacang_tanah" => ("biji_kering", random.between("hasil_kacang", 7, 12), 18_000),
            "lada" => ("biji_kering", random.between("hasil_lada", 8, 15), 90_000),
            "karet" => ("getah_basah", random.between("hasil_karet", 9, 16), 11_000),
            "kelapa_sawit" => ("tbs", random.between("hasil_sawit", 100, 160), 2_300),
            "pisang" => ("buah_segar", random.between("hasil_pisang", 60, 140), 4_000),
            _ => (
                "pipilan_kering",
                random.between("hasil_jagung", 18, 34),
                5_000,
            ),
        };
        Some(match name {
            "e_sawah_irigasi_ha" => decimal(self.rice_ha.min(self.area_ha / 6) * 2 / 3),
            "e_sawah_nonirigasi_ha" => {
                let rice = self.rice_ha.min(self.area_ha / 6);
                decimal(rice - rice * 2 / 3)
            }
            "e_nonsawah_ha" => decimal(self.area_ha / 2),
            "e_kelompok_tani" => Value::Integer(random.between(name, 3, 18)),
            "e_petani_muda" => Value::Integer(self.farming() * random.between(name, 8, 45) / 100),
            "e_tanaman_ada" => yes_no(true),
            "e_komoditas" => choice(crop),
            "e_luas_tanam_ha" | "e_luas_panen_ha" => decimal(planted),
            "e_bentuk_hasil" => choice(form),
            "e_produksi_ton" => tenths(planted * tonnes_tenths),
            "e_bulan_panen" => match crop {
                "padi_sawah" => choices(&["m03", "m04", "m09"]),
                "karet" | "kelapa_sawit" => choices(&["m01", "m04", "m07", "m10"]),
                _ => choices(&["m03", "m04"]),
            },
            "e_persen_dijual" => Value::Integer(random.between(crop, 20, 85)),
            "e_bulan_jual" => choices(&["m04", "m05"]),
            "e_harga_kg" => Value::Integer(price),
            "e_pembeli" => choice("pengepul_desa"),
            "e_kontrak" => choice("tanpa"),
            _ => return None,
        })
    }

    fn mill(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        Some(match name {
            "f_fasilitas_ada" => yes_no(self.facility),
            "f_jenis" => choice("rmu"),
            "f_komoditas" => choice("padi_sawah"),
            "f_status" => choice(random.pick(name, &["beroperasi", "beroperasi", "jarang"])),
            "f_pemilik" => choice(random.pick(name, &["perorangan", "kelompok_tani", "bumdes"])),
            "f_satuan" => choice("ton_jam"),
            "f_kapasitas" => tenths(random.between(name, 5, 30)),
            "f_jam_hari" => decimal(8),
            "f_hari_tahun" => Value::Integer(random.between(name, 120, 250)),
            "f_bahan_ton" => decimal(random.between(name, 300, 460)),
            "f_masalah" => choices(&["kurang_bahan"]),
            "f_jarak_penggilingan_km" => decimal(random.between(name, 0, 9)),
            _ => return None,
        })
    }

    fn enterprise(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        let cooperatives = random.between("koperasi", 0, 3);
        Some(match name {
            "g_bumdes" => {
                choice(random.pick(name, &["aktif", "aktif", "tidak_aktif", "tidak_ada"]))
            }
            "g_bumdes_unit" => choices(&["perdagangan"]),
            "g_bumdes_omzet" => Value::Integer(random.between(name, 10, 300) * 1_000_000),
            "g_kdmp" => choice("berbadan_hukum"),
            "g_koperasi_aktif" => Value::Integer(cooperatives),
            "g_koperasi_jenis" => choices(&["ksp"]),
            "g_koperasi_anggota" => Value::Integer(random.between(name, 20, 240)),
            "g_ruang_layanan" => self.yes(name, 70),
            _ => return None,
        })
    }

    fn services(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        let far = self.remote;
        Some(match name {
            "h_menit_sarkes" => Value::Integer(5 + far * 5),
            "h_puskesmas" => Value::Integer(i64::from(random.chance(name, 12))),
            "h_rs" => Value::Integer(0),
            "h_apotek" => Value::Integer(i64::from(random.chance(name, 10))),
            "h_jarak_puskesmas_km" | "h_jarak_apotek_km" => decimal(1 + far * 2),
            "h_jarak_rs_km" => decimal(10 + far * 7),
            "h_dokter" => Value::Integer(i64::from(random.chance(name, 20))),
            "h_bidan" => Value::Integer(random.between(name, 0, 3)),
            "h_nakes_lain" => Value::Integer(random.between(name, 0, 6)),
            "h_peserta_jkn" => Value::Integer(self.population * random.between(name, 35, 95) / 100),
            "h_jarak_poskesdes_m" => Value::Integer(random.between(name, 2, 40) * 100),
            "h_posyandu" => Value::Integer(random.between(name, 3, 6)),
            "h_posyandu_aktif" => Value::Integer(random.between(name, 1, 3)),
            "h_jarak_sd_km" => tenths(random.between(name, 2, 30)),
            "h_jarak_smp_km" => decimal(random.between(name, 1, 8)),
            "h_jarak_sma_km" => decimal(random.between(name, 2, 18)),
            "h_pendidikan_ada" => choices(&["paud"]),
            "h_sarana_sosial" => match far {
                1..=4 => choices(&["ruang_publik", "taman_baca", "poskamling", "siskamling"]),
                5..=7 => choices(&["ruang_publik", "poskamling"]),
                _ => choices(&["ruang_publik"]),
            },
            "h_keragaman" => choices(&["agama", "suku"]),
            "h_gotong_royong" => Value::Integer(random.between(name, 2, 24)),
            "h_klp_olahraga" => Value::Integer(random.between(name, 1, 8)),
            "h_lap_olahraga" => Value::Integer(random.between(name, 1, 4)),
            "h_konflik" => self.yes(name, 6),
            "h_pmks" => Value::Integer(random.between(name, 0, 30)),
            "h_kk_listrik_pln" => Value::Integer(self.families * (100 - far * 5) / 100),
            "h_kk_listrik_nonpln" => Value::Integer(self.families * (far * 2) / 100),
            "h_sinyal" => choice(if far < 5 { "kuat" } else { "lemah" }),
            "h_internet" => choice(if far < 6 { "g4" } else { "g2" }),
            "h_internet_kantor" => choice(if far < 7 { "berfungsi" } else { "tidak_ada" }),
            "h_jamban" => choice(if far < 8 { "sendiri" } else { "bersama" }),
            "h_sampah" => choice("lubang_bakar"),
            "h_air_minum" | "h_air_mandi" => {
                choice(random.pick(name, &["sumur", "mata_air", "sumur_bor", "ledeng"]))
            }
            _ => return None,
        })
    }

    fn access(&self, name: &str) -> Option<Value> {
        let random = &self.random;
        let far = self.remote;
        Some(match name {
            "h_jarak_pertokoan_km" => decimal(far * 3),
            "h_pasar_permanen" => Value::Integer(i64::from(random.chance(name, 18))),
            "h_kelontong" => Value::Integer(random.between(name, 2, 24)),
            "h_kedai_penginapan" => Value::Integer(random.between(name, 0, 5)),
            "h_pos_logistik" => choices(&[if far < 5 { "ekspedisi" } else { "tidak_ada" }]),
            "h_bank" => Value::Integer(i64::from(random.chance(name, 15))),
            "h_kredit" => choices(&["kur"]),
            "h_industri_mikro" => Value::Integer((self.weavers + self.potters) / 3),
            "h_angkutan" => choice(if far < 6 {
                "trayek_tetap"
            } else {
                "tanpa_trayek"
            }),
            "h_jalan_permukaan" => choice(if far < 6 { "aspal_beton" } else { "diperkeras" }),
            "h_jalan_roda4" => choice(if far < 8 {
                "sepanjang_tahun"
            } else {
                "kecuali"
            }),
            "h_jarak_camat_km" => decimal(2 + far),
            "h_menit_camat" => Value::Integer((2 + far) * 3),
            "h_biaya_camat" => Value::Integer(far * 5_000),
            "h_jarak_kabupaten_km" => decimal(10 + far * 8),
            "h_menit_kabupaten" => Value::Integer((10 + far * 8) * 2),
            "h_biaya_kabupaten" => Value::Integer(20_000 + far * 10_000),
            "h_menit_pasar_utama" => Value::Integer(20 + far * 12),
            "h_pencemaran" => choices(&["tidak_ada"]),
            "h_bencana" => match far {
                1..=4 => choices(&["tidak_ada"]),
                5..=7 => choices(&["banjir"]),
                _ => choices(&["longsor", "kekeringan"]),
            },
            "h_mitigasi" => choices(&[if far < 4 {
                "jalur_evakuasi"
            } else {
                "tidak_ada"
            }]),
            "h_apbdes_publik" => self.yes(name, 80),
            "h_musdes_tahun" => Value::Integer(random.between(name, 1, 6)),
            "h_sid" => choice(random.pick(name, &["dipakai", "tidak_dipakai", "tidak_ada"])),
            _ => return None,
        })
    }

    fn closing(&self, name: &str) -> Option<Value> {
        Some(match name {
            "i_hasil_kunjungan" => choice("selesai"),
            "i_keyakinan" => choice(self.random.pick(name, &["tinggi", "sedang"])),
            _ => return None,
        })
    }

    /// Whether this village's supervisor has approved it already.
    pub fn is_approved(&self) -> bool {
        self.random.chance("disetujui", 88)
    }
}

fn yes_no(yes: bool) -> Value {
    choice(if yes { "ya" } else { "tidak" })
}

fn choice(name: &str) -> Value {
    Value::Choice(name.to_owned())
}

fn choices(names: &[&str]) -> Value {
    Value::Choices(names.iter().map(|name| (*name).to_owned()).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn decimal(number: i64) -> Value {
    Value::Decimal(Decimal::parse(&number.to_string()).expect("an integer is a decimal"))
}

fn tenths(number: i64) -> Value {
    let written = format!("{}.{}", number / 10, number % 10);
    Value::Decimal(Decimal::parse(&written).expect("digits with one point are a decimal"))
}
