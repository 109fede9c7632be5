//! Private addresses at home, public ones elsewhere, by the name service of the cloud.

use std::net::SocketAddr;

use super::{AddressTranslator, Listens, Translated};
use crate::socket::{Resolver, SystemResolver};

/// For clusters of several regions of EC2, whose nodes tell their public addresses: nodes of this client's region are
/// connected to at their private ones, which is shorter and cheaper.
///
/// The name of the public address is looked up, and then the address of that name: within the region Amazon's name service
/// answers with the private one. If it has none of the same version of IP, or anything fails, the address stays as it is.
/// The port stays in any case.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::address::Ec2MultiRegion;
///
/// let builder = Session::builder().address_translator(Ec2MultiRegion::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ec2MultiRegion<R = SystemResolver>(R);

impl Default for Ec2MultiRegion {
    /// By the system's resolver.
    fn default() -> Ec2MultiRegion {
        Ec2MultiRegion(SystemResolver)
    }
}

impl<R: Resolver> Ec2MultiRegion<R> {
    /// By another resolver than the system's; it must be able to [`reverse`](Resolver::reverse).
    pub fn with(resolver: R) -> Ec2MultiRegion<R> {
        Ec2MultiRegion(resolver)
    }

    async fn private(&self, public: SocketAddr) -> std::io::Result<Option<SocketAddr>> {
        let name = self.0.reverse(public.ip()).await?;
        let found = self.0.resolve(&name, public.port()).await?;
        Ok(found
            .into_iter()
            .find(|to| to.is_ipv4() == public.is_ipv4()))
    }
}

impl<R: Resolver> AddressTranslator for Ec2MultiRegion<R> {
    fn translate<'a>(&'a self, node: Listens<'a>) -> Translated<'a> {
        Box::pin(async move {
            match self.private(node.address).await {
                Ok(Some(private)) => private,
                Ok(None) => node.address,
                Err(error) => {
                    let address = node.address;
                    tracing::debug!(%address, %error, "the address of a node is not translated");
                    address
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::IpAddr;

    use futures_core::future::BoxFuture;

    use super::*;

    /// Knows one name, and addresses of both versions for it.
    #[derive(Debug)]
    struct Cloud;

    const PUBLIC: [u8; 4] = [203, 0, 113, 7];
    const PRIVATE: [u8; 4] = [10, 1, 2, 3];
    const NAME: &str = "ec2-203-0-113-7.example.com";

    impl Resolver for Cloud {
        fn resolve(
            &self,
            host: &str,
            port: u16,
        ) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
            let found = match host {
                NAME => vec![
                    ([0xfd00, 0, 0, 0, 0, 0, 0, 1], port).into(),
                    (PRIVATE, port).into(),
                    ([10, 9, 9, 9], port).into(),
                ],
                _ => Vec::new(),
            };
            Box::pin(std::future::ready(Ok(found)))
        }

        fn reverse(&self, ip: IpAddr) -> BoxFuture<'static, io::Result<String>> {
            let name = match ip {
                ip if ip == IpAddr::from(PUBLIC) => Ok(NAME.to_owned()),
                ip if ip == IpAddr::from([192, 0, 2, 1]) => Ok("nowhere.example.com".to_owned()),
                _ => Err(io::ErrorKind::NotFound.into()),
            };
            Box::pin(std::future::ready(name))
        }
    }

    #[tokio::test]
    async fn the_first_address_of_the_name_of_the_same_version_or_none() {
        let check = async |from: [u8; 4], to: [u8; 4]| {
            let translator = Ec2MultiRegion::with(Cloud);
            let found = translator.translate(Listens::at((from, 9043).into())).await;
            assert_eq!(found, SocketAddr::from((to, 9043)));
        };
        check(PUBLIC, PRIVATE).await;
        check([192, 0, 2, 1], [192, 0, 2, 1]).await;
        check([192, 0, 2, 2], [192, 0, 2, 2]).await;
    }

    #[tokio::test]
    async fn a_resolver_that_cannot_look_names_up_changes_nothing() {
        #[derive(Debug)]
        struct OneWay;
        impl Resolver for OneWay {
            fn resolve(&self, _: &str, _: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
                unreachable!("no name is known")
            }
        }
        let at = SocketAddr::from((PUBLIC, 9042));
        let found = Ec2MultiRegion::with(OneWay)
            .translate(Listens::at(at))
            .await;
        assert_eq!(found, at);
    }
}
