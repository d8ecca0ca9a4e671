//! Owns how values are written as bytes and read back: little-endian numbers, lengths before lists, a byte before choices.
//! Does not own: which types travel (`values.rs`). What is read may come from somebody who means harm: every length is held
//! against the bytes that are there before anything is allocated.

/// A value that travels.
pub(super) trait Wire: Sized {
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads it; `None` if these bytes are none.
    fn get(from: &mut Bytes<'_>) -> Option<Self>;
}

/// Bytes that are read from their beginning.
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u64::get(self)?).ok()
    }
}

/// A value out of all of these bytes.
pub(super) fn all<T: Wire>(bytes: &[u8]) -> Option<T> {
    let mut bytes = Bytes(bytes);
    let value = T::get(&mut bytes)?;
    bytes.0.is_empty().then_some(value)
}

macro_rules! number {
    ($($number:ty),+) => {$(
        impl Wire for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn get(from: &mut Bytes<'_>) -> Option<Self> {
                from.take(size_of::<Self>())?.try_into().ok().map(Self::from_le_bytes)
            }
        }
    )+};
}

number!(u8, u16, u32, u64);

impl Wire for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        from.length()
    }
}

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        u8::from(*self).put(out);
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        match u8::get(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Wire for Vec<u8> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self);
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        let length = from.length()?;
        from.take(length).map(<[u8]>::to_vec)
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        Self::from_utf8(Vec::get(from)?).ok()
    }
}

impl Wire for Vec<String> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|text| text.put(out));
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        let count = from.length()?;
        // Each has at least its length.
        if count > from.0.len() / 8 {
            return None;
        }
        (0..count).map(|_| String::get(from)).collect()
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        if bool::get(from)? { T::get(from).map(Some) } else { Some(None) }
    }
}

impl<T: Wire, U: Wire> Wire for (T, U) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        Some((T::get(from)?, U::get(from)?))
    }
}

/// Of arrays only those that travel: small ones.
impl<T: Wire + Copy + Default, const N: usize> Wire for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|value| value.put(out));
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        let mut values = [T::default(); N];
        for value in &mut values {
            *value = T::get(from)?;
        }
        Some(values)
    }
}

/// A struct, by all of its fields: one that is forgotten does not compile.
macro_rules! wire_struct {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let $name { $($field),+ } = self;
                $($field.put(out);)+
            }

            fn get(from: &mut Bytes<'_>) -> Option<Self> {
                Some($name { $($field: Wire::get(from)?),+ })
            }
        }
    };
}

/// A choice without fields, by all of its variants.
macro_rules! wire_choice {
    ($name:ident { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let number: u8 = match self { $($name::$variant => $number),+ };
                number.put(out);
            }

            fn get(from: &mut Bytes<'_>) -> Option<Self> {
                match u8::get(from)? {
                    $($number => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

pub(super) use {wire_choice, wire_struct};
