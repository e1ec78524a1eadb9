//! Word types: numbered anew in each article; what is worked out about one is remembered for all articles and threads.
//!
//! An article has a few hundred of them, so what hangs on their numbers fits a processor's cache, and what a thread holds
//! does not grow with the number of articles read. What the models make of a word takes a few thousand times as long to
//! work out as to copy, and most words of an article are those of the article before: [`Remembered`] keeps it.

use std::fmt;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};

/// Numbers of an article's word types by their hashes. Two types with one hash count as one: with 64 bits, never.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Open addressing: hash, and number plus one; 0 marks an empty slot.
    slots: Vec<(u64, u32)>,
    count: usize,
}

/// Slots for the types of a usual article.
const FEW: usize = 1 << 10;

impl Default for Numbers {
    fn default() -> Self {
        Self {
            slots: vec![(0, 0); FEW],
            count: 0,
        }
    }
}

impl Numbers {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.slots.resize(FEW, (0, 0));
        self.count = 0;
    }

    /// The number of the type.
    #[inline]
    #[must_use]
    pub fn get(&self, hash: u64) -> Option<u32> {
        self.slots[self.slot_of(hash)].1.checked_sub(1)
    }

    /// Gives a type that has no number this one.
    pub fn put(&mut self, hash: u64, number: u32) {
        self.count += 1;
        if self.count * 2 > self.slots.len() {
            let bigger = vec![(0, 0); self.slots.len() * 2];
            let old = std::mem::replace(&mut self.slots, bigger);
            for entry in old.into_iter().filter(|e| e.1 != 0) {
                let at = self.slot_of(entry.0);
                self.slots[at] = entry;
            }
        }
        let at = self.slot_of(hash);
        self.slots[at] = (hash, number + 1);
    }

    /// The slot that holds the hash, or the empty one where it belongs: there always is one, half of them are.
    #[inline(always)]
    fn slot_of(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                (_, 0) => return at,
                (h, _) if h == hash => return at,
                _ => at = (at + 1) & mask,
            }
        }
    }
}

/// Something about some of an article's word types, by number.
#[derive(Clone, Debug)]
pub struct PerType<T> {
    /// Place in `values` plus one; 0 for none.
    places: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for PerType<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl<T> PerType<T> {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.places.clear();
        self.values.clear();
    }

    #[inline(always)]
    fn place(&self, number: u32) -> Option<usize> {
        let place = self.places.get(number as usize)?.checked_sub(1)?;
        Some(place as usize)
    }

    /// What is known of the type.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&T> {
        self.place(number).map(|place| &self.values[place])
    }

    /// The same, to change.
    #[inline(always)]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.place(number).map(|place| &mut self.values[place])
    }

    /// What is known of the type, worked out if need be.
    #[inline(always)]
    pub fn get_or(&mut self, number: u32, make: impl FnOnce() -> T) -> &mut T {
        let place = match self.place(number) {
            Some(place) => place,
            None => self.add(number, make()),
        };
        &mut self.values[place]
    }

    fn add(&mut self, number: u32, value: T) -> usize {
        let index = number as usize;
        if index >= self.places.len() {
            self.places.resize(index + 1, 0);
        }
        let place = self.values.len();
        self.values.push(value);
        self.places[index] = place as u32 + 1;
        place
    }
}

/// What a function made of word types, by hash: the most used of those met so far. It never changes a result.
pub struct Remembered<T> {
    cache: Cache<u64, T>,
    types: usize,
}

/// Parts of the memory with a lock each, so that threads do not wait for each other.
const PARTS: usize = 32;

impl<T: Clone> Remembered<T> {
    /// Room for so many types. It is reserved, and becomes memory as they come.
    #[must_use]
    pub fn most(types: usize) -> Self {
        // No list of what was forgotten lately ("ghosts"): it spared one miss in twenty-five, and took half as much room
        // again.
        let cache = Cache::with_options(
            OptionsBuilder::new()
                .shards(PARTS)
                .estimated_items_capacity(types)
                .weight_capacity(types as u64)
                .ghost_allocation(0.0)
                .build()
                .unwrap_or_else(|_| unreachable!("all that is needed is set")),
            UnitWeighter,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        );
        cache.reserve(types);
        Self { cache, types }
    }

    /// What was made of the type with this hash, or what `make` makes of it now.
    #[inline]
    pub fn get_or(&self, hash: u64, make: impl FnOnce() -> T) -> T {
        self.cache.get(&hash).unwrap_or_else(|| {
            let made = make();
            self.cache.insert(hash, made.clone());
            made
        })
    }
}

/// Empty, with as much room.
impl<T: Clone> Clone for Remembered<T> {
    fn clone(&self) -> Self {
        Self::most(self.types)
    }
}

impl<T> fmt::Debug for Remembered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_until_they_are_cleared() {
        let mut numbers = Numbers::default();
        // hashes that fall on few slots
        let hash = |i: u32| u64::from(i % 7) | u64::from(i) << 40;
        for i in 0..5000 {
            assert_eq!(numbers.get(hash(i)), None);
            numbers.put(hash(i), i);
        }
        assert!((0..5000).all(|i| numbers.get(hash(i)) == Some(i)));
        numbers.clear();
        assert!((0..5000).all(|i| numbers.get(hash(i)).is_none()));
    }

    #[test]
    fn a_type_has_what_it_was_given() {
        let mut map: PerType<u32> = PerType::default();
        *map.get_or(3, || 1) += 2;
        assert_eq!(*map.get_or(3, || 9), 3);
        assert_eq!((map.get(2), map.get(3), map.get(4)), (None, Some(&3), None));
        map.clear();
        assert_eq!(map.get(3), None);
    }

    #[test]
    fn what_is_forgotten_is_made_again() {
        let remembered: Remembered<u64> = Remembered::most(100);
        for round in 0..3 {
            for i in 0..1000 {
                assert_eq!(remembered.get_or(i, || i * i), i * i, "round {round}");
            }
        }
        assert!(remembered.cache.len() <= 200);
    }
}
