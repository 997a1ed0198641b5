//! Signing in and out.
//!
//! Always: the password leaves the page's memory with the request; the session lives in a cookie that scripts
//! cannot read.
//! Never: says which of name and password was wrong.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::wire::office::{SessionView, SignIn};

use super::{Session, set_title, use_session};
use crate::i18n::texts;
use crate::net::{self, Auth, Call, Method, NetError};
use crate::ui::{
    Brand, Button, ButtonKind, Field, FieldKind, LanguagePicker, Message, MessageKind, Woven, view,
};

const SESSION_PATH: &str = "/api/v1/session";

#[component]
pub(super) fn SignInScreen() -> AnyView {
    let words = &texts().console;
    let session = use_session();
    set_title(words.sign_in);
    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let given = SignIn {
            username: username.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        if given.username.is_empty() || given.password.is_empty() {
            problem.set(Some(texts().console.fill_both.to_owned()));
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = net::post::<_, SessionView>(SESSION_PATH, Auth::Cookie, &given).await;
            busy.try_set(false);
            match answer {
                Ok(signed_in) => session.enter(signed_in),
                Err(error) => {
                    problem.try_set(Some(explained(&error)));
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
                    <h1>{words.sign_in}</h1>
                    <p class="muted">{words.sign_in_body}</p>
                </div>
                <form class="stack" on:submit=submit data-test="sign-in-form">
                    <Field
                        id="username"
                        label=words.username
                        plain=true
                        autocomplete="username"
                        value=username
                        on_input=move |text| username.set(text)
                    />
                    <Field
                        id="password"
                        kind=FieldKind::Password
                        label=words.password
                        plain=true
                        autocomplete="current-password"
                        value=password
                        on_input=move |text| password.set(text)
                    />
                    {move || {
                        let text = problem.get();
                        text.map(|text| {
                            view! { <Message kind=MessageKind::Error test="sign-in-problem">{text}</Message> }
                        })
                    }}
                    <Button kind=ButtonKind::Primary full=true submit=true busy=busy test="sign-in">
                        {words.sign_in}
                    </Button>
                </form>
                <LanguagePicker/>
            </main>
        </div>
    }
}

/// A page that is loaded again finds its session by the cookie.
pub(super) async fn find_session(session: Session) {
    match net::get::<SessionView>(SESSION_PATH, Auth::Cookie).await {
        Ok(found) => session.enter(found),
        Err(_) => session.leave(),
    }
}

/// Ends the session here and on the server; without signal it ends there by itself.
pub(super) async fn sign_out(session: Session) {
    let _ = net::send(Call::new(Method::Delete, SESSION_PATH, Auth::Cookie)).await;
    session.leave();
}

fn explained(error: &NetError) -> String {
    let texts = texts();
    match error {
        NetError::Problem(problem) if problem.status == 401 => {
            texts.console.sign_in_failed.to_owned()
        }
        other => other.text(texts),
    }
}
