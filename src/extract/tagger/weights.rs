//! Weights of hashed features: the part of a model that turns a token into scores.
//!
//! A token's features arrive as 64-bit hashes; each names a row of int8 weights, one a label, in an open-addressed
//! [`Table`]. The top two bits of a hash choose one of four tables ("banks"): features that occur at every token belong
//! in another bank than those of rare words, so that the first stay in the processor's caches.

use prefetch_index::prefetch_index;

use super::crf::{LANES, Labels, Row, Transitions};
use crate::extract::model_file::{ModelError, Reader, write_f32, write_u32, write_varint};

/// Most labels that a model can have: a table slot is 16 bytes, three of which hold the check.
pub const MAX_LABELS: usize = 13;
/// Number of tables in a model.
pub const BANKS: usize = 4;

/// Sums of int8 weights, one a label.
pub type Sums = [i16; LANES];

/// Mixes a template number and a value into a feature hash of bank 0.
#[inline(always)]
#[must_use]
pub fn feature(template: u64, value: u64) -> u64 {
    let mut x =
        (value ^ template.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^= x >> 32;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (x ^ (x >> 29)) >> 2
}

/// Mixes two values, order mattering.
#[inline(always)]
#[must_use]
pub fn pair(a: u64, b: u64) -> u64 {
    let x = a.rotate_left(25) ^ b.wrapping_mul(0xA24B_AED4_963E_E407);
    (x ^ (x >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// The same feature in another bank.
#[inline(always)]
#[must_use]
pub fn in_bank(feature: u64, bank: u64) -> u64 {
    (feature & (u64::MAX >> 2)) | (bank << 62)
}

/// Int8 weights by feature hash: open addressing, 16-byte slots of 13 weights and 24 check bits.
///
/// A feature that is not in the table is taken for one that is with probability under 1e-6.
#[derive(Clone, Debug)]
pub struct Table {
    slots: Box<[[i8; LANES]]>,
    mask: usize,
    rows: usize,
    /// A bit for each hash (by its upper part) that is in the table: most features that are asked for are not, and
    /// this fits a processor's cache where the slots do not.
    filter: Box<[u64]>,
}

impl Default for Table {
    fn default() -> Self {
        Self::with_room(0)
    }
}

/// The three check bytes of a hash; the first is never 0, which marks an empty slot.
#[inline(always)]
fn check(hash: u64) -> [i8; 3] {
    [
        (hash >> 38) as i8 | 1,
        (hash >> 46) as i8,
        (hash >> 54) as i8,
    ]
}

/// Bits of the filter for a table of so many slots.
fn empty_filter(slots: usize) -> Box<[u64]> {
    // the check gives 23 bits to choose from
    let words = (slots / 8).clamp(1, 1 << 17);
    vec![0; words].into_boxed_slice()
}

/// The check's bits but the one that is always set.
#[inline(always)]
fn filter_bit([a, b, c]: [i8; 3]) -> usize {
    let byte = |x: i8| usize::from(x as u8);
    byte(a) >> 1 | byte(b) << 7 | byte(c) << 15
}

impl Table {
    /// An empty table that can take `rows` rows.
    #[must_use]
    pub fn with_room(rows: usize) -> Self {
        let slots = (rows * 4 / 3 + 2).next_power_of_two();
        Self {
            slots: vec![[0; LANES]; slots].into_boxed_slice(),
            mask: slots - 1,
            rows: 0,
            filter: empty_filter(slots),
        }
    }

    /// Number of features.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Is there no feature?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Puts a row in, unless the table is full (it is made with room for all).
    fn insert(&mut self, home: usize, check: [i8; 3], weights: &[i8; MAX_LABELS]) {
        if self.rows >= self.mask {
            return;
        }
        let mut at = home & self.mask;
        while self.slots[at][MAX_LABELS] != 0 {
            at = (at + 1) & self.mask;
        }
        self.slots[at][..MAX_LABELS].copy_from_slice(weights);
        self.slots[at][MAX_LABELS..].copy_from_slice(&check);
        self.admit(check);
        self.rows += 1;
    }

    /// Adds the feature's weights to `sums`; nothing for a feature that the table does not know.
    #[inline(always)]
    pub fn add(&self, hash: u64, sums: &mut Sums) {
        let [a, b, c] = check(hash);
        let mut at = hash as usize & self.mask;
        loop {
            let slot = &self.slots[at];
            if slot[13] == a && slot[14] == b && slot[15] == c {
                // the check bytes land in lanes 13 to 15, which nobody reads
                for (sum, &w) in sums.iter_mut().zip(slot) {
                    *sum = sum.wrapping_add(i16::from(w));
                }
                return;
            }
            if slot[MAX_LABELS] == 0 {
                return;
            }
            at = (at + 1) & self.mask;
        }
    }

    /// Notes in the filter that a hash with this check is in the table.
    fn admit(&mut self, check: [i8; 3]) {
        let bit = filter_bit(check);
        let mask = self.filter.len() - 1;
        self.filter[(bit / 64) & mask] |= 1 << (bit % 64);
    }

    /// May the feature be in the table? Wrongly yes for a few of a hundred that are not.
    #[inline(always)]
    #[must_use]
    pub fn may_hold(&self, hash: u64) -> bool {
        let bit = filter_bit(check(hash));
        let mask = self.filter.len() - 1;
        self.filter[(bit / 64) & mask] & (1 << (bit % 64)) != 0
    }

    /// Has the processor fetch the filter's word for the feature, without waiting.
    #[inline(always)]
    fn fetch_filter(&self, hash: u64) {
        let bit = filter_bit(check(hash));
        prefetch_index(&self.filter, (bit / 64) & (self.filter.len() - 1));
    }

    /// Has the processor fetch the slot where the feature would be, without waiting.
    #[inline(always)]
    fn fetch_slot(&self, hash: u64) {
        prefetch_index(&self.slots, hash as usize & self.mask);
    }
}

/// A trained model, ready to read with.
#[derive(Clone, Debug)]
pub struct Model {
    labels: Labels,
    /// Weight of one int8 step.
    step: f32,
    banks: [Table; BANKS],
    transitions: Transitions,
}

impl Model {
    /// A model of quantised rows (hash, weights in steps of `step`).
    #[must_use]
    pub fn new(
        labels: Labels,
        step: f32,
        rows: &[(u64, [i8; MAX_LABELS])],
        transitions: Transitions,
    ) -> Self {
        let mut banks: [Table; BANKS] = Default::default();
        for (bank, table) in banks.iter_mut().enumerate() {
            let mine = || rows.iter().filter(|(h, _)| (h >> 62) as usize == bank);
            *table = Table::with_room(mine().count());
            for (hash, weights) in mine() {
                table.insert(*hash as usize, check(*hash), weights);
            }
        }
        Self {
            labels,
            step,
            banks,
            transitions,
        }
    }

    /// The label set.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The transitions.
    #[must_use]
    pub fn transitions(&self) -> &Transitions {
        &self.transitions
    }

    /// What one int8 step is worth in log odds.
    #[must_use]
    pub fn step(&self) -> f32 {
        self.step
    }

    /// Number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.banks.iter().map(Table::len).sum()
    }

    /// Adds the feature's weights to `sums`.
    #[inline(always)]
    pub fn add(&self, hash: u64, sums: &mut Sums) {
        self.bank_of(hash).add(hash, sums);
    }

    /// The table of a hash.
    #[inline(always)]
    fn bank_of(&self, hash: u64) -> &Table {
        &self.banks[(hash >> 62) as usize & (BANKS - 1)]
    }

    /// Adds the weights of many features, their memory fetched together.
    #[inline]
    pub fn add_all(&self, hashes: &[u64], sums: &mut Sums) {
        let mut present = [0u64; 64];
        for hashes in hashes.chunks(present.len()) {
            for &hash in hashes {
                self.bank_of(hash).fetch_filter(hash);
            }
            let mut count = 0;
            for &hash in hashes {
                present[count] = hash;
                let bank = self.bank_of(hash);
                if bank.may_hold(hash) {
                    bank.fetch_slot(hash);
                    count += 1;
                }
            }
            for &hash in &present[..count] {
                self.add(hash, sums);
            }
        }
    }

    /// Adds the weights of many features, each to the sums at its index; empties `pending`. Memory is fetched well
    /// before it is needed, which is where the time goes.
    pub fn add_pending(&self, pending: &mut Vec<(u64, u32)>, sums: &mut [Sums]) {
        /// Features between fetching and reading.
        const AHEAD: usize = 24;
        let mut count = 0;
        for k in 0..pending.len() {
            if let Some(&(next, _)) = pending.get(k + AHEAD) {
                self.bank_of(next).fetch_filter(next);
            }
            let (hash, at) = pending[k];
            pending[count] = (hash, at);
            count += usize::from(self.bank_of(hash).may_hold(hash));
        }
        for k in 0..count {
            if let Some(&(next, _)) = pending[..count].get(k + AHEAD) {
                self.bank_of(next).fetch_slot(next);
            }
            let (hash, at) = pending[k];
            if let Some(sums) = sums.get_mut(at as usize) {
                self.bank_of(hash).add(hash, sums);
            }
        }
        pending.clear();
    }

    /// Sums as scores.
    #[inline(always)]
    #[must_use]
    pub fn scores(&self, sums: &Sums) -> Row {
        let mut out = [0.0; LANES];
        for (o, &s) in out.iter_mut().zip(sums) {
            *o = f32::from(s) * self.step;
        }
        out
    }

    /// The model as bytes, the same for the same model; read back by [`Model::read`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let names = self.labels.names.join("\n");
        write_u32(&mut out, names.len() as u32);
        out.extend_from_slice(names.as_bytes());
        write_f32(&mut out, self.step);
        write_u32(&mut out, self.transitions.classes() as u32);
        for row in &self.transitions.log {
            for &w in &row[..self.labels.len()] {
                write_f32(&mut out, w);
            }
        }
        for table in &self.banks {
            table.write(self.labels.len(), &mut out);
        }
        out
    }

    /// Reads what [`Model::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if the bytes end early or make no model.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader::new(bytes);
        let length = reader.u32()? as usize;
        let names = std::str::from_utf8(reader.take(length)?).map_err(|_| ModelError::Damaged)?;
        let labels = Labels {
            names: names.split('\n').map(str::to_owned).collect(),
        };
        if labels.len() > MAX_LABELS {
            return Err(ModelError::Damaged);
        }
        let step = reader.f32()?;
        let classes = reader.u32()? as usize;
        if classes == 0 || classes > 256 {
            return Err(ModelError::Damaged);
        }
        let mut transitions = Transitions::new(&labels, classes);
        for row in &mut transitions.log {
            for w in &mut row[..labels.len()] {
                *w = reader.f32()?;
            }
        }
        transitions.refresh();
        let mut banks: [Table; BANKS] = Default::default();
        for table in &mut banks {
            *table = Table::read(labels.len(), &mut reader)?;
        }
        Ok(Self {
            labels,
            step,
            banks,
            transitions,
        })
    }
}

impl Table {
    /// Rows by slot: distance from the slot before, check, then which labels have weights, then those. Kept apart in
    /// four columns, which compress better.
    fn write(&self, labels: usize, out: &mut Vec<u8>) {
        write_u32(out, self.slots.len() as u32);
        write_u32(out, self.rows as u32);
        let used = || {
            self.slots
                .iter()
                .enumerate()
                .filter(|(_, s)| s[MAX_LABELS] != 0)
        };
        let mut next = 0;
        for (at, _) in used() {
            write_varint(out, (at - next) as u64);
            next = at + 1;
        }
        for (_, slot) in used() {
            out.extend(slot[MAX_LABELS..].iter().map(|&b| b as u8));
        }
        for (_, slot) in used() {
            let mask = (0..labels).fold(0u16, |m, i| m | (u16::from(slot[i] != 0) << i));
            out.extend_from_slice(&mask.to_le_bytes());
        }
        for (_, slot) in used() {
            out.extend(slot[..labels].iter().filter(|&&w| w != 0).map(|&w| w as u8));
        }
    }

    fn read(labels: usize, reader: &mut Reader<'_>) -> Result<Self, ModelError> {
        let slots = reader.u32()? as usize;
        let rows = reader.u32()? as usize;
        // an empty slot must remain, or a search would not end
        if !slots.is_power_of_two() || slots > 1 << 26 || rows >= slots {
            return Err(ModelError::Damaged);
        }
        let mut table = Self {
            slots: vec![[0; LANES]; slots].into_boxed_slice(),
            mask: slots - 1,
            rows,
            filter: empty_filter(slots),
        };
        let mut places = Vec::with_capacity(rows);
        let mut next = 0usize;
        for _ in 0..rows {
            let at = next + reader.varint()? as usize;
            if at >= slots {
                return Err(ModelError::Damaged);
            }
            places.push(at);
            next = at + 1;
        }
        for &at in &places {
            for (slot, &b) in table.slots[at][MAX_LABELS..]
                .iter_mut()
                .zip(reader.take(3)?)
            {
                *slot = b as i8;
            }
            let [.., a, b, c] = table.slots[at];
            table.admit([a, b, c]);
        }
        let masks = reader.take(2 * rows)?;
        for (&at, mask) in places.iter().zip(masks.chunks_exact(2)) {
            let mask = u16::from_le_bytes([mask[0], mask[1]]);
            for label in (0..labels).filter(|l| mask & (1 << l) != 0) {
                table.slots[at][label] = reader.take(1)?[0] as i8;
            }
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::super::crf::Rng;
    use super::*;

    #[test]
    fn a_model_survives_its_file() {
        let labels = Labels::bioes(&["A"]);
        let tr = Transitions::new(&labels, 3);
        let mut rng = Rng::new(7);
        let rows: Vec<_> = (0..500)
            .map(|i| {
                let mut w = [0i8; MAX_LABELS];
                w[..labels.len()]
                    .iter_mut()
                    .for_each(|w| *w = rng.next_u64() as i8);
                (in_bank(feature(3, i), i % 3), w)
            })
            .collect();
        let model = Model::new(labels, 0.01, &rows, tr);
        assert_eq!(model.features(), 500);
        let bytes = model.to_bytes();
        let again = Model::read(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        for (hash, weights) in &rows {
            let mut sums = [0; LANES];
            again.add(*hash, &mut sums);
            assert!(
                weights[..5]
                    .iter()
                    .zip(&sums)
                    .all(|(&w, &s)| i16::from(w) == s)
            );
        }
        for cut in 0..bytes.len() {
            assert!(Model::read(&bytes[..cut]).is_err());
        }
    }
}
