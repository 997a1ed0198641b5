use super::*;

#[test]
fn tokens_are_hashed_and_recognised() {
    let (token, stored) = new_token();
    assert!(is_token(&token));
    assert!(!is_token("abc"));
    assert_eq!(token_hash(&token), stored);
    assert_ne!(token, stored);
}

#[test]
fn generated_passwords_can_be_read_out() {
    let password = generated_password();
    assert_eq!(password.len(), 14, "{password}");
    for letter in password.chars() {
        assert!(!"01ilo=".contains(letter), "{password}");
    }
}

#[tokio::test]
async fn a_password_verifies_against_its_own_hash_only() {
    let passwords = Passwords::default();
    let stored = passwords.hash("kacang panjang".into()).await.unwrap();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    let right = passwords.verify("kacang panjang".into(), Some(stored.clone()));
    assert!(right.await.unwrap());
    let wrong = passwords.verify("kacang pendek".into(), Some(stored));
    assert!(!wrong.await.unwrap());
    assert!(!passwords.verify("apa saja".into(), None).await.unwrap());
}

#[test]
fn a_browser_is_known_for_one_account_and_key() {
    let mark = new_browser_mark(b"key", "ani");
    assert!(is_browser_mark(b"key", "ani", &mark));
    assert!(!is_browser_mark(b"key", "budi", &mark));
    assert!(!is_browser_mark(b"other", "ani", &mark));
    assert!(!is_browser_mark(b"key", "ani", "palsu"));
    assert_ne!(mark, new_browser_mark(b"key", "ani"));
}
