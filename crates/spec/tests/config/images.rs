//! Images: where they come from, how they are prepared and changed.

use crate::support::refuse;

#[test]
fn impossible_waves_are_refused() {
    refuse(&[
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsamples = 3",
            "a.toml:6:11: dataset.waves.samples: 4 to 10000000 samples",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nclasses = 1",
            "a.toml:6:11: dataset.waves.classes: 2 to 10000 classes",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nchannels = 0",
            "a.toml:6:12: dataset.waves.channels: 1 to 1000 channels",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsize = 0",
            "a.toml:6:8: dataset.waves.size: 1 to 4096 pixels",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsize = 5000",
            "a.toml:6:8: dataset.waves.size: 1 to 4096 pixels",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nnoise = -0.5",
            "a.toml:6:9: dataset.waves.noise: the noise must be 0 or more",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsplit = { shuffled = { test = 2.0 } }",
            "a.toml:6:31: dataset.waves.split.shuffled.test: a test share of 2 leaves one part empty; above 0 and below 1",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsplit = { ordered = { test = 1.5 } }",
            "a.toml:6:30: dataset.waves.split.ordered.test: 1.5 is neither a share nor a number of samples; above 0 and below 1, or a whole number",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsizes = 3",
            "a.toml:6:1: unknown key `sizes`; did you mean `size`? (valid: samples, classes, channels, size, noise, split, target)",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.waves]\nsize = [3, 4]",
            "a.toml:6:8: dataset.waves.size: expected a whole number, 0 or more, found a list",
        ),
    ]);
}

#[test]
fn impossible_preparations_are_refused() {
    refuse(&[
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npad = 1001",
            "a.toml:6:7: dataset.mnist.pad: at most 1000 pixels on each side",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npad = -1",
            "a.toml:6:7: dataset.mnist.pad: expected a whole number, 0 or more, found -1",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\ndeskew = 1",
            "a.toml:6:10: dataset.mnist.deskew: expected true or false, found 1",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npixels = { range = [1.0, 1.0] }",
            "a.toml:6:20: dataset.mnist.pixels.range: two different finite numbers",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npixels = { range = [nan, 1.0] }",
            "a.toml:6:20: dataset.mnist.pixels.range: two different finite numbers",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npixels = { range = [1.0] }",
            "a.toml:6:20: dataset.mnist.pixels.range: expected a list of 2, found a list of 1",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npixels = \"range\"",
            "a.toml:6:10: dataset.mnist.pixels: a name alone, expected its settings too; write { range = ... }",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.mnist]\npixels = \"signd\"",
            "a.toml:6:10: unknown name `signd`; did you mean `signed`? (valid: unit, signed, standardize, binary, range)",
        ),
    ]);
}

#[test]
fn impossible_folders_of_pictures_are_refused() {
    refuse(&[
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\nsize = [32, 32]",
            "a.toml:5:1: missing key `path`; add `path = ...` here, or give it: --set dataset.images.path=...",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\npath = \"p\"\nsize = [0, 32]",
            "a.toml:7:8: dataset.images.size: a height and a width of 1 to 4096 pixels",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\npath = \"p\"\nsize = [32, 5000]",
            "a.toml:7:8: dataset.images.size: a height and a width of 1 to 4096 pixels",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\npath = \"p\"\nchannels = 4",
            "a.toml:7:12: dataset.images.channels: 1 for grey or 3 for colour",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\npath = \"p\"\npixels = { range = [1.0, 1.0] }",
            "a.toml:7:20: dataset.images.pixels.range: two different finite numbers",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\npath = \"p\"\nsplit = { stratified = { test = 1.0 } }",
            "a.toml:7:33: dataset.images.split.stratified.test: a test share of 1 leaves one part empty; above 0 and below 1",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.images]\npath = \"p\"\nchanels = 3",
            "a.toml:7:1: unknown key `chanels`; did you mean `channels`? (valid: path, size, channels, pixels, split, target)",
        ),
    ]);
}

#[test]
fn impossible_settings_of_cifar10_are_refused() {
    refuse(&[
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.cifar10]\npixels = \"signed\"",
            "a.toml:5:1: missing key `path`; add `path = ...` here, or give it: --set dataset.cifar10.path=...",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.cifar10]\npath = \"p\"\ntrain_limit = 0",
            "a.toml:7:15: dataset.cifar10.train_limit: 1 image or more",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.cifar10]\npath = \"p\"\ntest_limit = 0",
            "a.toml:7:14: dataset.cifar10.test_limit: 1 image or more",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.cifar10]\npath = \"p\"\npixels = { range = [0.0, inf] }",
            "a.toml:7:20: dataset.cifar10.pixels.range: two different finite numbers",
        ),
        (
            "[dataset.moons]\nsamples = 100\nsplit = { shuffled = { test = 0.25 } }",
            "[dataset.cifar]\npath = \"p\"",
            "a.toml:5:10: unknown name `cifar`; did you mean `cifar10`? (valid: mnist, images, cifar10, csv, xor, gate, parity, moons, circles, spirals, sine, surface, waves, encoder, bars_and_stripes, series, text, temporal_xor, letters, adding, multiplication, long_lag, distractors, two_sequence, temporal_order, reber, continual_reber, reversal, dates, pairs)",
        ),
    ]);
}

#[test]
fn impossible_augmentations_are_refused() {
    refuse(&[
        (
            "[model]",
            "[augmentation]\nshift = -1.0\n\n[model]",
            "a.toml:10:9: augmentation.shift: -1 is not a possible shift; 0 to 10000",
        ),
        (
            "[model]",
            "[augmentation]\nrotation = 181.0\n\n[model]",
            "a.toml:10:12: augmentation.rotation: 181 is not a possible rotation; 0 to 180",
        ),
        (
            "[model]",
            "[augmentation]\nscale = 1.0\n\n[model]",
            "a.toml:10:9: augmentation.scale: 1 is not a possible scale; 0 to 0.99",
        ),
        (
            "[model]",
            "[augmentation]\nshear = nan\n\n[model]",
            "a.toml:10:9: augmentation.shear: NaN is not a possible shear; 0 to 10",
        ),
        (
            "[model]",
            "[augmentation]\nnoise = inf\n\n[model]",
            "a.toml:10:9: augmentation.noise: inf is not a possible noise; 0 to 10000",
        ),
        (
            "[model]",
            "[augmentation]\nelastic = { sigma = 0.0, alpha = 1.0 }\n\n[model]",
            "a.toml:10:21: augmentation.elastic.sigma: a Gaussian needs a width; above 0",
        ),
        (
            "[model]",
            "[augmentation]\nelastic = { sigma = -1.0, alpha = 1.0 }\n\n[model]",
            "a.toml:10:21: augmentation.elastic.sigma: -1 is not a possible elastic sigma; 0 to 1000",
        ),
        (
            "[model]",
            "[augmentation]\nelastic = { sigma = 4.0, alpha = -1.0 }\n\n[model]",
            "a.toml:10:34: augmentation.elastic.alpha: -1 is not a possible elastic alpha; 0 to 10000",
        ),
        (
            "[model]",
            "[augmentation]\nelastic = { sigma = 4.0 }\n\n[model]",
            "a.toml:10:11: missing key `alpha`; add `alpha = ...` here, or give it: --set augmentation.elastic.alpha=...",
        ),
        (
            "[model]",
            "[augmentation]\nrotate = 5.0\n\n[model]",
            "a.toml:10:1: unknown key `rotate`; did you mean `rotation`? (valid: shift, rotation, scale, shear, elastic, noise)",
        ),
        (
            "[model]",
            "[augmentation]\nshift = true\n\n[model]",
            "a.toml:10:9: augmentation.shift: expected a number, found true",
        ),
    ]);
}
