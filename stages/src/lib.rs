//! What happens to one picture.
