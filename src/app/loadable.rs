//! A value that is asked for: on its way, there, or failed. The value before stays until a newer one
//! arrives.

use std::rc::Rc;

use crate::error::Error;

/// The state of a question. `Rc` makes it cheap as a prop.
#[derive(Debug)]
pub enum Loadable<T> {
    /// Asked, with the answer to the question before, if there was one.
    Loading(Option<Rc<T>>),
    /// Answered.
    Ready(Rc<T>),
    /// Not answered, with what was known before.
    Failed(Rc<Error>, Option<Rc<T>>),
}

impl<T> Loadable<T> {
    /// Returns the value to show: the answer, or the value that was known before.
    pub fn value(&self) -> Option<&Rc<T>> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Loading(previous) | Self::Failed(_, previous) => previous.as_ref(),
        }
    }

    /// Returns true while an answer is on its way.
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading(_))
    }

    /// Returns the error, if the last question failed.
    pub fn error(&self) -> Option<&Rc<Error>> {
        match self {
            Self::Failed(error, _) => Some(error),
            _ => None,
        }
    }

    /// Asks again, or another question.
    #[must_use]
    pub fn reload(&self) -> Self {
        Self::Loading(self.value().cloned())
    }

    /// Takes an answer.
    #[must_use]
    pub fn settle(&self, answer: Result<T, Error>) -> Self {
        match answer {
            Ok(value) => Self::Ready(Rc::new(value)),
            Err(error) => Self::Failed(Rc::new(error), self.value().cloned()),
        }
    }
}

impl<T> Default for Loadable<T> {
    fn default() -> Self {
        Self::Loading(None)
    }
}

impl<T> Clone for Loadable<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Loading(previous) => Self::Loading(previous.clone()),
            Self::Ready(value) => Self::Ready(value.clone()),
            Self::Failed(error, previous) => Self::Failed(error.clone(), previous.clone()),
        }
    }
}

impl<T> PartialEq for Loadable<T> {
    /// By identity of value and error: two answers are two, even when they say the same.
    fn eq(&self, other: &Self) -> bool {
        let same = match (self.value(), other.value()) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same && match (self, other) {
            (Self::Failed(a, _), Self::Failed(b, _)) => Rc::ptr_eq(a, b),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_was_there_stays_until_something_newer_arrives() {
        let first: Loadable<u32> = Loadable::default().settle(Ok(1));
        assert_eq!(first.value().map(|value| **value), Some(1));
        let asking = first.reload();
        assert!(asking.is_loading());
        assert_eq!(asking.value(), first.value());
        let failed = asking.settle(Err(ErrorKind::Unavailable.into()));
        assert_eq!(failed.value(), first.value());
        assert_eq!(failed.error().unwrap().kind, ErrorKind::Unavailable);
        assert_eq!(failed.settle(Ok(2)).value().map(|value| **value), Some(2));
    }

    #[test]
    fn equal_means_the_same_answer() {
        let one: Loadable<u32> = Loadable::default().settle(Ok(1));
        assert_eq!(one, one.clone());
        assert_ne!(one, Loadable::default().settle(Ok(1)));
        assert_ne!(one, one.reload());
    }
}
