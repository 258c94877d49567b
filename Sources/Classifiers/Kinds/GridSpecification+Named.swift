// GridSpecification+Named.swift -- the grids that have names: those of the paper, small ones, and single candidates.

import Base

extension GridSpecification {
  /// The candidates of the paper: 15 forests, 84 linear SVMs, 720 networks.
  ///
  /// Candidates have the order of the published `cls_cv_params.py` and `iterate_dicts` under a Python whose dictionaries
  /// keep their order (3.7 and later), the last parameter changing fastest; under the Python 2.7 of the paper the order of
  /// ties is not known. More components than columns are part of the published grid, and are skipped as they were there.
  public static func paper(_ kind: ClassifierKind) -> GridSpecification {
    switch kind {
    case .randomForest:
      make(kind, ["max_features": ["sqrt", "log2", "all"], "n_estimators": [20, 50, 100, 500, 1000]])
    case .linearSVM:
      make(
        kind,
        [
          "n_components": [.null, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 600],
          "C": [1.0, 50.0, 500.0, 5e3, 5e4, 5e5, 5e6],
        ])
    case .conv1D:
      make(
        kind,
        [
          "init_lr": [1e-3, 1e-4], "ksize": [1, 2, 6, 11, 21], "train_batch_size": [512, 1024],
          "num_filters": [20, 40], "stride": [1, 2, 4], "pool_type": ["none", "max", "avg"],
          "weight_decay": [1e-4, 0.0], "max_epochs": 400,
        ])
    }
  }

  /// A few candidates that are tried in seconds to minutes.
  public static func coarse(_ kind: ClassifierKind) -> GridSpecification {
    switch kind {
    case .randomForest: make(kind, ["max_features": ["sqrt", "log2"], "n_estimators": [100, 500]])
    case .linearSVM: make(kind, ["n_components": [.null, 50], "C": [1.0, 500.0, 5e6]])
    case .conv1D:
      make(
        kind,
        [
          "ksize": [1, 6], "num_filters": 40, "pool_type": ["none", "avg"], "train_batch_size": 128, "max_epochs": 100,
        ])
    }
  }

  /// One candidate, with which nothing is searched, for studies of thousands of classifications.
  ///
  /// Forests are scikit-learn's default; of the other kinds it is a member of the paper's grid that did well on recorded
  /// networks, with a kernel and a minibatch as the data allow.
  ///
  /// - Parameters:
  ///   - kind: The kind.
  ///   - samples: The samples of a trajectory, of which a network's kernel spans a quarter, as six of the paper's 21.
  ///   - rows: The examples to learn from, at least as many as a minibatch has.
  /// - Returns: A grid of one candidate.
  package static func single(_ kind: ClassifierKind, samples: Int, rows: Int) -> GridSpecification {
    switch kind {
    case .randomForest: return make(kind, ["max_features": "sqrt", "n_estimators": 100])
    case .linearSVM: return make(kind, ["C": 1.0])
    case .conv1D:
      let batch = max(1, min(128, rows))
      /// Steps of Adam, of which few rows take more epochs than many.
      let steps = 3_000
      let epochs = min(400, max(20, steps * batch / max(1, rows)))
      return make(
        kind,
        [
          "ksize": .integer(Int64(max(1, (samples + 3) / 4))), "stride": 4, "num_filters": 20, "pool_type": "none",
          "train_batch_size": .integer(Int64(batch)), "max_epochs": .integer(Int64(epochs)),
        ])
    }
  }

  private static func make(
    _ kind: ClassifierKind, _ members: KeyValuePairs<String, JSONValue>
  ) -> GridSpecification {
    var object = JSONObject()
    for (key, value) in members { object[key] = value }
    return GridSpecification(kind, parameters: object)
  }
}
