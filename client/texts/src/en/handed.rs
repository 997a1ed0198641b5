//! English words for bundles in the office.

use super::super::keys::Handed;

pub(super) static HANDED: Handed = Handed {
    title: "Bundles",
    body: "An enumerator without signal can hand over what was written in one file. Take the file in here; opening it twice changes nothing.",
    choose: "Choose a bundle",
    drop_here: "or drop the file here",
    reading: "Sending and opening the bundle…",
    from: |name, number| format!("Bundle {number} of {name} was taken in"),
    inside: |villages, answers, photos| {
        format!("{villages} villages, {answers} answers, {photos} photos.")
    },
    fresh: |count| format!("{count} answers are new to the server."),
    nothing_new: "The server had all of it; nothing changed.",
    villages: "Villages",
    aside: "Kept aside for a supervisor to look at",
    photos_refused: |count| {
        format!("{count} photos could not be taken; they stay on the author's phone.")
    },
    refused: "A part was not taken because this account has sent as much as it may. The answers stay on the author's phone; speak to the administrator.",
    receipt: "Download the receipt",
    receipt_body: "Carry this receipt back to the author's phone, or leave it: the phone learns by itself once it has signal.",
    safety_title: "Safety of data",
    backup: "Backup",
    backup_at: |when, age| format!("Last verified backup: {when} ({age})."),
    backup_none: |days| {
        format!(
            "There never was a backup. Phones keep all that they sent; after {days} days they rely on this server alone. Run lumbung backup every night."
        )
    },
    backup_old: "The last backup is older than two days. Look at the schedule of lumbung backup.",
    backup_beside: "It lies on the disk of the data itself: one failure takes both. Keep backups on another disk or machine.",
    backup_failed: |when, age| {
        format!(
            "The backup of {when} ({age}) failed and does not count. Look at the server's log, then run lumbung backup again; until one succeeds, phones give up nothing that is newer."
        )
    },
    restored: |restored, made| {
        format!(
            "This server was restored {restored} from a backup of {made}. Phones that were revoked, accounts that were disabled and passwords that were changed between the two may be as they were before."
        )
    },
    restored_again: |count| match count {
        0 => "By the notes beside the backups nothing had to be revoked again.".to_owned(),
        1 => "One revocation that is noted beside the backups was carried out again.".to_owned(),
        count => {
            format!("{count} revocations that are noted beside the backups were carried out again.")
        }
    },
    restored_unnoted: "There are no notes of revocations beside the backups, so nothing was revoked again by itself.",
    restored_unread: |lines| format!("{lines} lines of these notes could not be read."),
    restored_look: "Look at every phone, and revoke those that are lost or not known. Look also at accounts that should be disabled, and change passwords that others have known.",
    restored_phones: "Look at phones",
    restored_accounts: "Look at accounts",
    restored_done: "All has been looked at",
    restored_settled: "Noted.",
    forgotten: |round, regencies| {
        format!(
            "Phones bring answers of round {round} for {regencies}, and this server does not know that round. Perhaps it was restored from a backup that was made before the round was opened. What came is kept here."
        )
    },
    forgotten_open: "Open this round again",
    forgotten_form: "The round is opened under its own number, so that the answers on phones fit again. Write its name and questionnaire as before; then assign its villages, and let in what is still kept aside.",
    whole: "Nothing is missing: all that the server ever took is here.",
    short: "Taken once, and not here now",
    short_body: "This phone holds it and brings it back by itself once it has signal. Do not empty it before it has.",
    short_phone: "Phone",
    short_who: "Who holds it",
    short_where: "Round and kabupaten",
    short_missing: "Answers, at most",
    short_noted: "Noticed",
    short_state: "State",
    short_open: "Waits for the phone",
    short_recovered: |when| format!("Back since {when}"),
    differs: "Not the same as what people hold",
    differs_body: "This phone or browser holds other answers than the server; perhaps the server lost something. All of it is offered again once there is signal. Do not empty the phone or browser before both are the same. If they are still not after it was connected several times, ask its holder for a bundle.",
    differs_what: "What differs",
    differs_desk: "Browser at the office",
    differs_lane: |count| format!("Up to {count} acts made in that browser are missing"),
    differs_log: |count| match count {
        0 => "The answers of this kabupaten are not those that the phone had read".to_owned(),
        _ => format!("Answers of this kabupaten are missing, at least {count}, whoever wrote them"),
    },
    differs_village: |village| format!("Answers of {village}, whoever wrote them"),
    differs_open: "Not the same yet",
    differs_same: |when| format!("The same since {when}"),
    erase_title: "Erase personal answers",
    erase_body: "When a respondent asks for it: names, telephone numbers and other answers of one village that are marked as personal.",
    erase_open: "Erase personal answers",
    erase_warning: "What is erased cannot be brought back, not by us either. Other answers of the village, reviews and rankings stay as they are. Copies that were made are out of reach: phones of enumerators keep theirs until they give the village up, and old backups until you remove them; restoring an old backup erases it again.",
    erase_round: "Round",
    erase_village: "Village",
    erase_village_hint: "Type the name of the village and choose one.",
    erase_type: |village| format!("Type {village} to erase"),
    erase_need_village: "Choose one village.",
    erase_need_name: |village| format!("What was typed is not {village}. Nothing was erased."),
    erased: |answers, photos| match (answers, photos) {
        (0, _) => "There are no personal answers in that village.".to_owned(),
        (1, 0) => "1 personal answer was erased.".to_owned(),
        (_, 0) => format!("{answers} personal answers were erased."),
        (_, _) => format!("Personal answers erased: {answers}, photos: {photos}."),
    },
};
