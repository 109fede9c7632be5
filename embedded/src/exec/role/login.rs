//! Who may log in.

use scylla_orm_driver::frame::response::ServerErrorKind;

use crate::exec::Engine;
use crate::failure::Failure;

impl Engine {
    /// Whether clients have to say who they are.
    pub(crate) fn asks_who(&self) -> bool {
        self.config.access.authentication
    }

    /// Whether this is a user who may log in, with that password, from a client of that data centre's nodes.
    ///
    /// # Errors
    /// Bad credentials, in the server's words. They do not tell whether it is the name or the password.
    pub(crate) fn log_in(
        &self,
        user: &str,
        password: &str,
        datacenter: &str,
    ) -> Result<(), Failure> {
        let refused = |text: String| Err(Failure::new(ServerErrorKind::BadCredentials, text));
        let roles = self.roles();
        let hash = roles.get(user).and_then(|role| role.password.as_ref());
        if !hash.is_some_and(|hash| hash.is_of(password)) {
            return refused(self.config.flavor.pick(
                "Username and/or password are incorrect".to_owned(),
                format!("Provided username {user} and/or password are incorrect"),
            ));
        }
        let mut all = roles.granted(user, true).into_iter();
        if !all.any(|role| roles.get(role).is_some_and(|role| role.login)) {
            return refused(format!("{user} is not permitted to log in"));
        }
        let from = roles.get(user).and_then(|role| role.datacenters.as_ref());
        if from.is_some_and(|from| !from.contains(datacenter)) && !roles.is_superuser(user) {
            let text = format!("You do not have access to this datacenter ({datacenter})");
            return Err(Failure::unauthorized(text));
        }
        Ok(())
    }
}
