use chrono::DateTime;

use super::*;

#[test]
fn dos_07_five_failures_pause_and_one_attempt_decides() {
    let t0 = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let at = |seconds| t0 + TimeDelta::seconds(seconds);
    let circuit = Circuit::default();
    for _ in 0..4 {
        assert!(circuit.admits(t0));
        assert!(!circuit.failed(t0));
    }
    circuit.reached();
    for n in 1..=5 {
        assert!(circuit.admits(t0));
        assert_eq!(circuit.failed(t0), n == 5, "told once");
    }
    assert!(!circuit.admits(at(29)) && circuit.is_open(at(29)));
    assert!(circuit.admits(at(30)), "one may try");
    assert!(!circuit.admits(at(30)), "the others wait for it");
    assert!(!circuit.failed(at(40)));
    assert!(!circuit.admits(at(69)));
    assert!(circuit.admits(at(70)));
    circuit.reached();
    assert!(circuit.admits(at(70)) && !circuit.is_open(at(70)));
}
