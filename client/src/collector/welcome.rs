//! The first screen of a phone that nobody has enrolled.
//!
//! Always: says what is needed and from whom.
//! Never: redeems a link without a tap.

use leptos::prelude::*;

use super::set_title;
use crate::i18n::texts;
use crate::platform;
use crate::ui::{
    Button, ButtonKind, EmptyState, Field, LanguagePicker, Message, MessageKind, Note,
    TextSizePicker, TopBar, view,
};

#[component]
pub(super) fn Welcome() -> AnyView {
    let words = &texts().collector;
    set_title(words.not_enrolled());
    let link = RwSignal::new(String::new());
    let note = RwSignal::new(None::<Note>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !open_link(&link.get_untracked()) {
            note.set(Some(Note::error(texts().collector.link_wrong())));
            platform::focus("enrolment-link");
        }
    };
    view! {
        <div class="screen">
            <TopBar/>
            <main class="column stack">
                <EmptyState title=words.not_enrolled() body=words.not_enrolled_body() test="not-enrolled"/>
                <form class="stack" on:submit=submit>
                    <Field
                        id="enrolment-link"
                        label=words.link_label()
                        hint=words.link_hint()
                        value=link
                        note=note
                        on_input=move |text| {
                            note.set(None);
                            link.set(text);
                        }
                    />
                    <Button kind=ButtonKind::Primary full=true submit=true test="open-link">{words.open_link()}</Button>
                </form>
                <Message kind=MessageKind::Info>{words.already_safe()}</Message>
                <div class="grid">
                    <LanguagePicker/>
                    <TextSizePicker/>
                </div>
            </main>
        </div>
    }
}

/// Goes to a pasted link of this very server; its token stands after the `#`.
fn open_link(text: &str) -> bool {
    let Ok(url) = web_sys::Url::new(text.trim()) else {
        return false;
    };
    let location = platform::window().location();
    let is_ours = location.origin().is_ok_and(|origin| origin == url.origin());
    let has_token = 1 < url.hash().len();
    is_ours && has_token && location.set_href(&url.href()).is_ok()
}
