//! Collections, tuples and user-defined types of selectors.

use std::sync::Arc;

use scylla_orm_driver::value::{Type, UserType};

use crate::exec::scope::Scope;
use crate::exec::select::output::Output;
use crate::exec::select::projection::Planner;
use crate::failure::Failure;
use crate::parse::syntax::{Name, Selector};

impl Planner<'_> {
    /// A literal with something selected inside it: of the expected type, or of the one that its members make.
    pub(super) fn composite(
        &mut self,
        selector: &Selector,
        expected: Option<&Type>,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let ty = expected.cloned();
        match (selector, ty.as_ref().map(Type::bare)) {
            // Parentheses alone, since what is expected is no tuple.
            (Selector::Tuple(members), Some(expected))
                if members.len() == 1 && !matches!(expected, Type::Tuple(_)) =>
            {
                self.output(&members[0], Some(expected), scope)
            }
            (Selector::Tuple(members), None) if members.len() == 1 => {
                Err(self.untyped(selector, scope))
            }
            (Selector::Tuple(members), expected) => self.tuple(members, expected, scope),
            (Selector::List(members), Some(Type::Vector(member, size))) => {
                let (members, _) = self.members(members, Some(member), scope)?;
                let ty = Type::Vector(member.clone(), *size);
                Ok((Output::Vector(Type::clone(member), members), ty))
            }
            (Selector::List(members), Some(Type::List(member))) => {
                let (members, member) = self.members(members, Some(member), scope)?;
                Ok((Output::List(members), Type::List(Box::new(member))))
            }
            (Selector::List(members), None) => {
                let (members, member) = self.members(members, None, scope)?;
                Ok((Output::List(members), Type::List(Box::new(member))))
            }
            (Selector::Set(members), Some(Type::Set(member))) => {
                let (members, member) = self.members(members, Some(member), scope)?;
                let ty = Type::Set(Box::new(member.clone()));
                Ok((Output::Set(member, members), ty))
            }
            (Selector::Set(members), None) => {
                let (members, member) = self.members(members, None, scope)?;
                let ty = Type::Set(Box::new(member.clone()));
                Ok((Output::Set(member, members), ty))
            }
            (Selector::Map(pairs), Some(Type::Map(key, value))) => {
                self.map(pairs, key, value, scope)
            }
            (Selector::User(fields), Some(Type::User(user))) => self.user(fields, user, scope),
            (_, None) => Err(self.untyped(selector, scope)),
            (_, Some(expected)) => Err(Failure::invalid(format!(
                "Cannot assign value {} to a value of type {expected}",
                self.name(selector, scope)
            ))),
        }
    }

    fn map(
        &mut self,
        pairs: &[(Selector, Selector)],
        key: &Type,
        value: &Type,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let mut planned = Vec::with_capacity(pairs.len());
        for (k, v) in pairs {
            let (k, _) = self.output(k, Some(key), scope)?;
            planned.push((k, self.output(v, Some(value), scope)?.0));
        }
        let ty = Type::Map(Box::new(key.clone()), Box::new(value.clone()));
        Ok((Output::Map(key.clone(), planned), ty))
    }

    /// A field that is not given is null.
    fn user(
        &mut self,
        fields: &[(Name, Selector)],
        user: &Arc<UserType>,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let mut planned = Vec::with_capacity(user.fields.len());
        for (name, ty) in &user.fields {
            let given = fields.iter().find(|(given, _)| **given == **name);
            planned.push(match given {
                Some((_, field)) => Some(self.output(field, Some(ty), scope)?.0),
                None => None,
            });
        }
        Ok((Output::Fields(planned), Type::User(Arc::clone(user))))
    }

    fn tuple(
        &mut self,
        members: &[Selector],
        expected: Option<&Type>,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let expected = match expected {
            Some(Type::Tuple(types)) => types.as_slice(),
            _ => &[],
        };
        let (mut fields, mut types) = (Vec::new(), Vec::new());
        for (at, member) in members.iter().enumerate() {
            let (output, ty) = self.output(member, expected.get(at), scope)?;
            fields.push(Some(output));
            types.push(ty);
        }
        Ok((Output::Fields(fields), Type::Tuple(types)))
    }

    /// Members of one type: the expected one, or that of the first that has one.
    fn members(
        &mut self,
        members: &[Selector],
        expected: Option<&Type>,
        scope: &mut Scope<'_>,
    ) -> Result<(Vec<Output>, Type), Failure> {
        let mut ty = expected.cloned();
        if ty.is_none() {
            for member in members {
                if !matches!(member, Selector::Term(_)) {
                    ty = Some(self.output(member, None, scope)?.1);
                    break;
                }
            }
        }
        let mut outputs = Vec::with_capacity(members.len());
        for member in members {
            outputs.push(self.output(member, ty.as_ref(), scope)?.0);
        }
        match ty {
            Some(ty) => Ok((outputs, ty)),
            None => Err(Failure::invalid("Cannot infer the type of a literal")),
        }
    }
}
