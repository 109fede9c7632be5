//! How near two vectors of floats are.

use crate::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Similarity {
    Cosine,
    Euclidean,
    DotProduct,
}

impl Similarity {
    pub(super) fn of(function: &str) -> Option<Similarity> {
        Some(match function {
            "similarity_cosine" => Similarity::Cosine,
            "similarity_euclidean" => Similarity::Euclidean,
            "similarity_dot_product" => Similarity::DotProduct,
            _ => return None,
        })
    }

    /// The one that an index is made for, by the option of its name; none for another name.
    pub(crate) fn of_index(name: &str) -> Option<Similarity> {
        Similarity::of(&format!("similarity_{}", name.to_ascii_lowercase()))
    }

    pub(super) fn call(self, arguments: &[Option<Vec<u8>>]) -> Result<Option<Vec<u8>>, Failure> {
        let (Some(Some(a)), Some(Some(b))) = (arguments.first(), arguments.get(1)) else {
            return Ok(None);
        };
        let zero = |vector: &[u8]| floats(vector).all(|value| value == 0.0);
        if self == Similarity::Cosine && (zero(a) || zero(b)) {
            return Err(Failure::invalid(
                "Function system.similarity_cosine doesn't support all-zero vectors.",
            ));
        }
        Ok(Some(self.between(a, b).to_be_bytes().to_vec()))
    }

    /// Larger for nearer vectors; both have as many members.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the sums are wider than the result"
    )]
    pub(crate) fn between(self, a: &[u8], b: &[u8]) -> f32 {
        let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            let pairs = floats(a).zip(floats(b));
            pairs.map(|(a, b)| of(a.into(), b.into())).sum()
        };
        let product = sum(&|a, b| a * b);
        let nearness = match self {
            Similarity::Cosine => {
                let lengths = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
                (1.0 + f64::from((product / lengths) as f32)) / 2.0
            }
            Similarity::Euclidean => 1.0 / (1.0 + sum(&|a, b| (a - b) * (a - b))),
            Similarity::DotProduct => (1.0 + product) / 2.0,
        };
        nearness as f32
    }
}

fn floats(vector: &[u8]) -> impl Iterator<Item = f32> {
    vector
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_be_bytes(*bytes))
}
