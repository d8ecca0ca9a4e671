//! The dataflow engine.
