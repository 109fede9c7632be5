//! Profiles that are changed while requests are sent.

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::policy::balancing::WhiteList;
use scylla_orm::driver::policy::profile::{Profile, Settings};
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::Options;
use scylla_orm::driver::{ErrorKind, Result};

use super::Fixture;

async fn read(f: &Fixture, k: i32, profile: &Profile) -> Result<()> {
    let options = Options::default().profile(profile);
    let execution = Execution::bind(&f.select, (k,))?.with(options);
    f.session.run(execution).await.map(drop)
}

#[tokio::test]
async fn another_load_balancing_moves_requests_and_connections() {
    let f = Fixture::start().await;
    f.connects_to(&[0, 1, 2, 3]).await;
    let only = |at: usize| Settings::new().load_balancing(WhiteList::new([f.node(at).address]));
    let profile = Profile::new(only(5).consistency(Consistency::One));
    // Nobody connects to it before the session knows the profile.
    let error = read(&f, 1, &profile).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoHost), "{error}");
    f.session.add_profile(&profile).await.unwrap();
    f.connects_to(&[0, 1, 2, 3, 5]).await;
    f.asked();
    for k in 0..10 {
        read(&f, k, &profile).await.unwrap();
    }
    assert_eq!(f.asked(), [5; 10]);
    profile.replace(only(6).consistency(Consistency::One));
    f.connects_to(&[0, 1, 2, 3, 6]).await;
    for k in 0..10 {
        read(&f, k, &profile).await.unwrap();
    }
    assert_eq!(f.asked(), [6; 10]);
    profile.replace(Settings::new());
    f.connects_to(&[0, 1, 2, 3]).await;
    read(&f, 1, &profile).await.unwrap();
    assert!(f.asked().iter().all(|node| *node < 4));
    f.end().await;
}
