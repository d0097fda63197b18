use std::path::Path; use std::sync::Arc;
use peerlead::app::clock::Clock; use peerlead::app::house::{App, Settings};
use peerlead::command::{import::*, export::export};
use peerlead::store::connection::Store;
#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let store = Store::connect(&args[1]).await.unwrap();
    store.migrate().await.unwrap();
    let app = App::start(store, Arc::new(Clock::default()), Settings::default()).await.unwrap();
    for pair in args[2..].chunks(2) {
        let t = std::time::Instant::now();
        match pair[0].as_str() {
            "import" => match import(&app, &ImportOptions { folder: pair[1].clone().into(), ..Default::default() }).await { Ok(s) => println!("{s}"), Err(e) => println!("ERROR {e}") },
            "export" => match export(&app, Path::new(&pair[1]), None, false).await { Ok(s) => println!("{s}"), Err(e) => println!("ERROR {e}") },
            one => match export(&app, Path::new(&pair[1]), Some(one), false).await { Ok(s) => println!("{s}"), Err(e) => println!("ERROR {e}") },
        }
        println!("   {:.1} s, log at {}, rss {}", t.elapsed().as_secs_f64(), app.changes(None, 0, &Default::default()).await.is_ok(), std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap());
    }
    app.close().await;
}
