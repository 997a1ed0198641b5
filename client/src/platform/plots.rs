//! The plots of the office: a script of their own, loaded when one is opened.
//!
//! Always: a script that did not come can be asked for again.
//! Never: loads anything from another server; the address is the page's own.

use futures_channel::mpsc;
use futures_util::StreamExt as _;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use super::page::{Listener, document, window};

/// What `client/web/plots.js` puts into the window.
const PLOTS: &str = "lumbungPlots";
/// The event of an element whose plot could not be drawn again.
pub const UNPLOTTED: &str = "unplotted";

/// Loads the script unless it is there; `false` where it did not come.
pub async fn load_plots() -> bool {
    if plots().is_some() {
        return true;
    }
    let Some(script) = new_script() else {
        return false;
    };
    let (came, mut ended) = mpsc::unbounded();
    let failed = came.clone();
    let _on_load = Listener::new(script.clone().into(), "load", move |_| {
        let _ = came.unbounded_send(());
    });
    let _on_error = Listener::new(script.clone().into(), "error", move |_| {
        let _ = failed.unbounded_send(());
    });
    let head = document().query_selector("head").ok().flatten();
    if head.is_none_or(|head| head.append_child(&script).is_err()) {
        return false;
    }
    ended.next().await;
    script.remove();
    plots().is_some()
}

/// The element that loads the script at the address that the page names.
fn new_script() -> Option<Element> {
    let address = document().document_element()?.get_attribute("data-plots")?;
    let script = document().create_element("script").ok()?;
    script.set_attribute("src", &address).ok()?;
    Some(script)
}

/// Draws what `text` says into an element; `false` where the script cannot. What it draws later by itself and cannot
/// is told by [`UNPLOTTED`] at the element.
pub fn draw_plot(node: &Element, text: &str) -> bool {
    call("draw", node, &JsValue::from_str(text))
}

/// Looks closer at a map, or from further away; without a factor shows all of it.
pub fn zoom_plot(node: &Element, factor: Option<f64>) {
    call("zoom", node, &factor.into());
}

/// Forgets the plot of an element that goes.
pub fn drop_plot(node: &Element) {
    call("drop", node, &JsValue::UNDEFINED);
}

fn plots() -> Option<JsValue> {
    let found = Reflect::get(&window(), &JsValue::from_str(PLOTS)).ok()?;
    found.is_object().then_some(found)
}

fn call(name: &str, node: &Element, argument: &JsValue) -> bool {
    let Some(plots) = plots() else {
        return false;
    };
    let function = Reflect::get(&plots, &JsValue::from_str(name)).ok();
    let Some(function) = function.and_then(|it| it.dyn_into::<Function>().ok()) else {
        return false;
    };
    function.call2(&plots, node, argument).is_ok()
}
