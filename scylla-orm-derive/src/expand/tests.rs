use proc_macro2::{TokenStream, TokenTree};
use syn::{DeriveInput, parse_quote as q};

/// An eight-field model, such as the one of the README.
fn observation() -> DeriveInput {
    q! {
        #[cql(keyspace = "climate", table = "observations")]
        pub struct Observation {
            #[cql(partition_key)]
            station: String,
            #[cql(partition_key)]
            year: i32,
            #[cql(clustering_key(desc))]
            day: NaiveDate,
            #[cql(static_column)]
            elevation: Option<f64>,
            #[cql(index)]
            weather: Weather,
            high: f64,
            low: f64,
            tags: HashSet<String>,
        }
    }
}

/// How often a word stands in generated code.
fn count(tokens: TokenStream, word: &str) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => count(group.stream(), word),
        TokenTree::Ident(ident) => usize::from(ident == word),
        _ => 0,
    };
    tokens.into_iter().map(count).sum()
}

#[test]
fn a_model_is_not_much_code() {
    // Compile time follows the size. Half of it are the messages that name the columns.
    let size = super::model(&observation()).to_string().len();
    assert!(size <= 16_500, "{size} bytes");
}

#[test]
fn the_crate_may_have_another_path() {
    let mut input = observation();
    assert!(count(super::model(&input), "scylla_orm") > 0);
    input.attrs = vec![q!(#[cql(crate = "crate::orm")])];
    let tokens = super::model(&input);
    assert_eq!(count(tokens.clone(), "scylla_orm"), 0);
    assert!(count(tokens, "orm") > 0);
    let item = q!(
        #[cql(crate = "orm")]
        enum Weather {
            Sun,
        }
    );
    assert_eq!(count(super::cql_enum(&item), "scylla_orm"), 0);
}

#[test]
fn after_a_mistake_there_is_a_stub() {
    #[track_caller]
    fn check(input: DeriveInput) {
        let tokens = super::model(&input);
        assert_eq!(count(tokens.clone(), "compile_error"), 1, "{tokens}");
        assert_eq!(count(tokens.clone(), "Table"), 1, "{tokens}");
        assert_eq!(count(tokens, "Writable"), 1);
    }
    check(q!(
        struct Post {
            title: String,
        }
    ));
    check(q!(
        struct Post {
            #[cql(partion_key)]
            title: String,
        }
    ));
    check(q!(
        struct Post {
            #[cql(partition_key)]
            id: i32,
            ID: i32,
        }
    ));
    check(q!(
        enum Post {
            A,
        }
    ));
    check(q!(
        struct Post(i32);
    ));
}

#[test]
fn a_constant_is_the_struct_s_and_has_its_documentation() {
    let text = |input| super::model(&input).to_string();
    let plain = text(q!(
        pub(crate) struct Post {
            #[cql(partition_key)]
            id: i32,
        }
    ));
    assert!(plain.contains("pub (crate) const ID"), "{plain}");
    assert!(plain.contains("The column `id`."), "{plain}");
    let said = text(q!(
        struct Post {
            #[doc = "Who wrote it."]
            #[cql(partition_key)]
            r#type: i32,
        }
    ));
    assert!(
        said.contains("# [doc = \"Who wrote it.\"] const TYPE"),
        "{said}"
    );
}
