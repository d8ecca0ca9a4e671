//! Owns where a smaller rectangle lies in a larger one, named as on a map.
//! Does not own: what the rectangles are.

/// A place by its name: north is at the top, west at the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Gravity {
    NorthWest,
    North,
    NorthEast,
    West,
    #[default]
    Center,
    East,
    SouthWest,
    South,
    SouthEast,
}

/// Nothing, half or all of the free space lies before the rectangle.
#[derive(Clone, Copy)]
enum Share {
    None,
    Half,
    All,
}

impl Gravity {
    pub(super) const NAMES: &[(&str, Gravity)] = &[
        ("center", Gravity::Center),
        ("north", Gravity::North),
        ("south", Gravity::South),
        ("east", Gravity::East),
        ("west", Gravity::West),
        ("northwest", Gravity::NorthWest),
        ("northeast", Gravity::NorthEast),
        ("southwest", Gravity::SouthWest),
        ("southeast", Gravity::SouthEast),
    ];

    pub(super) fn name(self) -> &'static str {
        Gravity::NAMES.iter().find(|(_, gravity)| *gravity == self).map_or("center", |(name, _)| name)
    }

    /// Where the rectangle begins, of so much free space to the right of it and below. An odd pixel goes to the right or the
    /// bottom, as ImageMagick has it.
    pub(super) fn place(self, free_x: u64, free_y: u64) -> (u64, u64) {
        use Gravity as G;
        let x = match self {
            G::NorthWest | G::West | G::SouthWest => Share::None,
            G::North | G::Center | G::South => Share::Half,
            G::NorthEast | G::East | G::SouthEast => Share::All,
        };
        let y = match self {
            G::NorthWest | G::North | G::NorthEast => Share::None,
            G::West | G::Center | G::East => Share::Half,
            G::SouthWest | G::South | G::SouthEast => Share::All,
        };
        (x.of(free_x), y.of(free_y))
    }
}

impl Share {
    fn of(self, free: u64) -> u64 {
        match self {
            Share::None => 0,
            Share::Half => free / 2,
            Share::All => free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_a_map_and_an_odd_pixel_goes_right_and_below() {
        let place = |name: &str| {
            let (_, gravity) = Gravity::NAMES.iter().find(|(known, _)| *known == name).unwrap();
            assert_eq!(gravity.name(), name);
            gravity.place(5, 9)
        };
        assert_eq!([place("northwest"), place("north"), place("northeast")], [(0, 0), (2, 0), (5, 0)]);
        assert_eq!([place("west"), place("center"), place("east")], [(0, 4), (2, 4), (5, 4)]);
        assert_eq!([place("southwest"), place("south"), place("southeast")], [(0, 9), (2, 9), (5, 9)]);
        assert_eq!(Gravity::NAMES.len(), 9);
    }
}
