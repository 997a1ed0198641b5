//! The first administrator, made by the link that the first start of a server prints.
//!
//! Always: what is wrong with the typed fields is said before anything is sent.
//! Never: keeps the link's token or the password anywhere.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::wire::office::{PASSWORD_CHARS_MIN, SessionView, SetUp};

use super::{set_title, use_session};
use crate::i18n::texts;
use crate::net::{self, Auth};
use crate::router::use_router;
use crate::ui::{
    Brand, Button, ButtonKind, Field, FieldKind, LanguagePicker, Message, MessageKind, Woven, view,
};

/// What is typed on this screen; copy it freely.
#[derive(Clone, Copy)]
struct Form {
    username: RwSignal<String>,
    name: RwSignal<String>,
    password: RwSignal<String>,
    again: RwSignal<String>,
}

impl Form {
    fn new() -> Form {
        let empty = || RwSignal::new(String::new());
        Form {
            username: empty(),
            name: empty(),
            password: empty(),
            again: empty(),
        }
    }

    /// What the server is told, or what a person is told.
    fn checked(self, token: String) -> Result<SetUp, String> {
        let words = &texts().console.set_up;
        let given = SetUp {
            token,
            username: self.username.get_untracked().trim().to_owned(),
            name: self.name.get_untracked().trim().to_owned(),
            password: self.password.get_untracked(),
        };
        if given.username.is_empty() || given.name.is_empty() || given.password.is_empty() {
            return Err(words.fill_all.to_owned());
        }
        if given.password.chars().count() < PASSWORD_CHARS_MIN {
            return Err((words.too_short)(PASSWORD_CHARS_MIN));
        }
        if given.password != self.again.get_untracked() {
            return Err(words.not_equal.to_owned());
        }
        Ok(given)
    }
}

#[component]
pub(super) fn SetUpScreen(token: String) -> AnyView {
    let words = &texts().console.set_up;
    set_title(words.title);
    let form = Form::new();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let (session, router) = (use_session(), use_router());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let given = match form.checked(token.clone()) {
            Ok(given) => given,
            Err(text) => return problem.set(Some(text)),
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = net::post::<_, SessionView>("/api/v1/setup", Auth::Cookie, &given).await;
            busy.try_set(false);
            match answer {
                Ok(signed_in) => {
                    session.enter(signed_in);
                    router.replace("#/ringkasan");
                }
                Err(error) => {
                    problem.try_set(Some(error.text(texts())));
                }
            }
        });
    };
    view! {
        <div class="signin">
            <Woven/>
            <main class="box">
                <div class="stack tight">
                    <span class="brand"><Brand/></span>
                    <h1>{words.title}</h1>
                    <p class="muted">{words.body}</p>
                </div>
                <form class="stack" on:submit=submit data-test="set-up-form">
                    {fields(form)}
                    {move || problem.get().map(|text| {
                        view! { <Message kind=MessageKind::Error test="set-up-problem">{text}</Message> }
                    })}
                    <Button kind=ButtonKind::Primary full=true submit=true busy=busy test="set-up">{words.make}</Button>
                </form>
                <LanguagePicker/>
            </main>
        </div>
    }
}

fn fields(form: Form) -> AnyView {
    let console = &texts().console;
    let words = &console.set_up;
    view! {
        <Field
            id="username"
            label=console.username
            plain=true
            autocomplete="username"
            value=form.username
            on_input=move |text| form.username.set(text)
        />
        <Field
            id="name"
            label=words.name
            plain=true
            autocomplete="name"
            value=form.name
            on_input=move |text| form.name.set(text)
        />
        <Field
            id="password"
            kind=FieldKind::Password
            label=console.password
            hint=(words.password_hint)(PASSWORD_CHARS_MIN)
            plain=true
            autocomplete="new-password"
            value=form.password
            on_input=move |text| form.password.set(text)
        />
        <Field
            id="password-again"
            kind=FieldKind::Password
            label=words.password_again
            plain=true
            autocomplete="new-password"
            value=form.again
            on_input=move |text| form.again.set(text)
        />
    }
}
