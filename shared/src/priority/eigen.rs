//! Eigenvectors of small symmetric matrices, and the largest one of a positive matrix.
//!
//! Always: the same steps in the same order on every machine; ends after a bounded number of them.
//! Never: asked for more than a few dozen rows.

const SWEEPS_MAX: usize = 64;
const POWER_STEPS_MAX: usize = 10_000;
const ENOUGH: f64 = 1e-14;

/// An eigenvalue with its vector of length 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Eigen {
    pub(super) value: f64,
    pub(super) vector: Vec<f64>,
}

/// The eigenpair of largest value of a symmetric matrix, by cyclic Jacobi rotations (Golub and
/// Van Loan, 8.5). The entries of the vector sum to zero or more.
pub(super) fn largest_of_symmetric(matrix: &[Vec<f64>]) -> Eigen {
    let size = matrix.len();
    let mut a = matrix.to_vec();
    let mut vectors: Vec<Vec<f64>> = (0..size)
        .map(|row| {
            (0..size)
                .map(|column| f64::from(u8::from(row == column)))
                .collect()
        })
        .collect();
    for _ in 0..SWEEPS_MAX {
        let off: f64 = (0..size)
            .flat_map(|p| (p + 1..size).map(move |q| (p, q)))
            .map(|(p, q)| a[p][q] * a[p][q])
            .sum();
        if off <= ENOUGH * ENOUGH {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    // The first of equal values, so that the outcome does not depend on noise in the search.
    let mut best = 0;
    for index in 1..size {
        if a[best][best] < a[index][index] {
            best = index;
        }
    }
    let mut vector: Vec<f64> = vectors.iter().map(|row| row[best]).collect();
    if vector.iter().sum::<f64>() < 0.0 {
        vector.iter_mut().for_each(|it| *it = -*it);
    }
    Eigen {
        value: a[best][best],
        vector,
    }
}

/// Makes `a[p][q]` zero.
fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let sign = if theta < 0.0 { -1.0 } else { 1.0 };
    let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for row in a.iter_mut() {
        let (one, two) = (row[p], row[q]);
        row[p] = c * one - s * two;
        row[q] = s * one + c * two;
    }
    // `p` lies before `q`, so that the halves hold one row each.
    let (above, below) = a.split_at_mut(q);
    for (one, two) in above[p].iter_mut().zip(&mut below[0]) {
        (*one, *two) = (c * *one - s * *two, s * *one + c * *two);
    }
    for row in vectors.iter_mut() {
        let (one, two) = (row[p], row[q]);
        row[p] = c * one - s * two;
        row[q] = s * one + c * two;
    }
}

/// The eigenpair of largest value of a matrix of positive numbers (Perron), by power iteration; the
/// vector sums to 1.
pub(super) fn largest_of_positive(matrix: &[Vec<f64>]) -> Eigen {
    let size = matrix.len();
    let mut vector = vec![1.0 / size as f64; size];
    let mut value = size as f64;
    for _ in 0..POWER_STEPS_MAX {
        let product: Vec<f64> = matrix
            .iter()
            .map(|row| row.iter().zip(&vector).map(|(a, x)| a * x).sum())
            .collect();
        value = product.iter().sum();
        let next: Vec<f64> = product.iter().map(|it| it / value).collect();
        let moved = next.iter().zip(&vector).map(|(one, two)| (one - two).abs());
        let moved = moved.fold(0.0, f64::max);
        vector = next;
        if moved < ENOUGH {
            break;
        }
    }
    Eigen { value, vector }
}
