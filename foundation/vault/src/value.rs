//! Values that go into a statement: four portable kinds, each of which may be null.

use base::{Code, Date, Id, Pence, Timestamp};

use crate::StoreError;

/// A value for a `$n` placeholder. Nulls keep their kind, since PostgreSQL asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Int(Option<i64>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
    /// BOOLEAN.
    Bool(Option<bool>),
}

impl Value {
    pub(crate) fn into_driver(self) -> Result<sea_orm::Value, StoreError> {
        Ok(match self {
            Self::Text(Some(text)) if text.contains('\0') => return Err(StoreError::Nul),
            Self::Text(text) => sea_orm::Value::String(text),
            Self::Int(int) => sea_orm::Value::BigInt(int),
            Self::Real(real) => sea_orm::Value::Double(real),
            Self::Bool(bool) => sea_orm::Value::Bool(bool),
        })
    }
}

/// What can be a value of a statement.
pub trait IntoValue {
    /// The value.
    fn into_value(self) -> Value;
    /// Null of the same kind.
    fn null() -> Value
    where
        Self: Sized;
}

macro_rules! into_value {
    ($($type:ty => $kind:ident, $self:ident => $make:expr;)*) => {$(
        impl IntoValue for $type {
            fn into_value($self) -> Value { Value::$kind(Some($make)) }
            fn null() -> Value { Value::$kind(None) }
        }
    )*};
}

into_value! {
    &str => Text, self => self.to_owned();
    String => Text, self => self;
    &String => Text, self => self.clone();
    Code => Text, self => self.to_string();
    &Code => Text, self => self.to_string();
    Date => Text, self => self.to_string();
    i64 => Int, self => self;
    i32 => Int, self => i64::from(self);
    u32 => Int, self => i64::from(self);
    u64 => Int, self => i64::try_from(self).unwrap_or(i64::MAX);
    usize => Int, self => i64::try_from(self).unwrap_or(i64::MAX);
    Timestamp => Int, self => self.as_micros();
    Pence => Int, self => self.0;
    f64 => Real, self => self;
    bool => Bool, self => self;
}

impl<T> IntoValue for Id<T> {
    fn into_value(self) -> Value {
        Value::Text(Some(self.to_string()))
    }
    fn null() -> Value {
        Value::Text(None)
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or_else(T::null, T::into_value)
    }
    fn null() -> Value {
        T::null()
    }
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
    fn null() -> Value {
        Value::Text(None)
    }
}

/// The values of a statement, in the order of its `$1`, `$2`, …
#[macro_export]
macro_rules! params {
    () => { ::std::vec::Vec::<$crate::Value>::new() };
    ($($value:expr),+ $(,)?) => { ::std::vec![$($crate::IntoValue::into_value($value)),+] };
}
