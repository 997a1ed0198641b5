//! Enrolling a phone: a QR code and a link, once.
//!
//! Always: says until when the link is good, and that it is for one phone.
//! Never: makes a link before it is asked for; each one made is good for days.

use leptos::prelude::*;
use shared::wire::office::{AccountView, EnrolmentView};

use super::account_dialogs::opened_by;
use super::accounts::Picked;
use super::load::{Work, encoded};
use super::secret::CopyBox;
use super::when;
use crate::i18n::texts;
use crate::net::{self, Auth, Call, Method};
use crate::ui::{Button, ButtonKind, Dialog, Loading, view};

#[component]
pub fn EnrolDialog(picked: Picked) -> AnyView {
    let admin = &texts().console.admin;
    let open = opened_by(picked);
    let content = move || {
        let account = picked.get_untracked();
        account.map(|account| view! { <Enrolment open account/> })
    };
    view! { <Dialog open=open title=admin.enrol test="enrol-dialog">{content()}</Dialog> }
}

#[component]
fn Enrolment(open: RwSignal<bool>, account: AccountView) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let made = RwSignal::new(None::<EnrolmentView>);
    let id = account.id;
    let call = async move {
        let path = format!("/api/v1/accounts/{id}/enrolments");
        let answer = net::send(Call::new(Method::Post, &path, Auth::Cookie)).await?;
        net::read(&answer.text().await?)
    };
    work.run(call, move |answer| {
        made.try_set(Some(answer));
    });
    let link = move || {
        made.get().map(|made| {
            let picture = format!("data:image/svg+xml;charset=utf-8,{}", encoded(&made.qr_svg));
            view! {
                <img class="qr" src=picture alt=admin.enrol_qr width="240" height="240" data-test="enrol-qr"/>
                <CopyBox label=admin.enrol_link text=made.link work=work test="enrol-link"/>
                <p class="small muted" data-test="enrol-expires">{(admin.enrol_expires)(&when(made.expires, words))}</p>
            }
        })
    };
    view! {
        <div class="stack">
            <p><b>{account.name}</b> " · " {account.username}</p>
            <p>{admin.enrol_body}</p>
            {move || work.busy.get().then(|| view! { <Loading/> })}
            {link}
            {work.failure_view()}
            <div class="actions">
                <Button small=true kind=ButtonKind::Primary test="enrol-done" on_press=move |_| open.set(false)>
                    {words.common.close}
                </Button>
            </div>
        </div>
    }
}
