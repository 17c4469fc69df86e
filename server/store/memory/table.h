#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace gate::server {

/// An ordered map that is copied in constant time: a balanced (AVL) tree whose immutable nodes are
/// shared between copies. A unit of work changes a copy and drops it on failure; a reader keeps the
/// copy that it began with.
template <typename Key, typename Value>
class Table {
 public:
  using Row = std::pair<Key, Value>;

  /// Valid until the next change of this table.
  [[nodiscard]] const Value* find(const Key& key) const {
    const Node* node = root_.get();
    while (node != nullptr) {
      if (key < node->row->first) {
        node = node->left.get();
      } else if (node->row->first < key) {
        node = node->right.get();
      } else {
        return &node->row->second;
      }
    }
    return nullptr;
  }
  [[nodiscard]] bool contains(const Key& key) const { return find(key) != nullptr; }

  /// Adds or replaces.
  void put(Key key, Value value) {
    root_ = with(root_, std::make_shared<const Row>(std::move(key), std::move(value)));
  }
  /// False if there is no such row.
  template <typename Change>
  bool update(const Key& key, const Change& change) {
    const Value* found = find(key);
    if (found == nullptr) {
      return false;
    }
    Value value = *found;
    change(value);
    put(key, std::move(value));
    return true;
  }
  void erase(const Key& key) {
    if (contains(key)) {
      root_ = without(root_, key);
    }
  }

  /// Calls `visit(key, value)` in the order of the keys until it returns false. Changes made by
  /// `visit` are not seen.
  template <typename Visit>
  void each(const Visit& visit) const {
    const Link root = root_;
    walk(root.get(), nullptr, visit);
  }
  /// The same, from the first key that is not less than `first`.
  template <typename Visit>
  void each_from(const Key& first, const Visit& visit) const {
    const Link root = root_;
    walk(root.get(), &first, visit);
  }

 private:
  struct Node;
  using Link = std::shared_ptr<const Node>;
  using RowLink = std::shared_ptr<const Row>;
  struct Node {
    Link left;
    RowLink row;
    Link right;
    int height;
  };

  static int height(const Link& node) { return node ? node->height : 0; }
  static Link join(Link left, RowLink row, Link right) {
    const int tallest = std::max(height(left), height(right));
    return std::make_shared<const Node>(
        Node{std::move(left), std::move(row), std::move(right), tallest + 1});
  }
  /// As `join`, of two trees whose heights differ by two at most.
  static Link balanced(const Link& left, const RowLink& row, const Link& right) {
    if (height(left) > height(right) + 1) {
      if (height(left->left) >= height(left->right)) {
        return join(left->left, left->row, join(left->right, row, right));
      }
      const Link& middle = left->right;
      return join(join(left->left, left->row, middle->left), middle->row,
                  join(middle->right, row, right));
    }
    if (height(right) > height(left) + 1) {
      if (height(right->right) >= height(right->left)) {
        return join(join(left, row, right->left), right->row, right->right);
      }
      const Link& middle = right->left;
      return join(join(left, row, middle->left), middle->row,
                  join(middle->right, right->row, right->right));
    }
    return join(left, row, right);
  }
  static Link with(const Link& node, RowLink row) {
    if (!node) {
      return join(nullptr, std::move(row), nullptr);
    }
    if (row->first < node->row->first) {
      return balanced(with(node->left, std::move(row)), node->row, node->right);
    }
    if (node->row->first < row->first) {
      return balanced(node->left, node->row, with(node->right, std::move(row)));
    }
    return join(node->left, std::move(row), node->right);
  }
  static Link without(const Link& node, const Key& key) {
    if (key < node->row->first) {
      return balanced(without(node->left, key), node->row, node->right);
    }
    if (node->row->first < key) {
      return balanced(node->left, node->row, without(node->right, key));
    }
    if (!node->left || !node->right) {
      return node->left ? node->left : node->right;
    }
    const Node* next = node->right.get();
    while (next->left) {
      next = next->left.get();
    }
    const RowLink row = next->row;
    return balanced(node->left, row, without(node->right, row->first));
  }
  template <typename Visit>
  static bool walk(const Node* node, const Key* first, const Visit& visit) {
    if (node == nullptr) {
      return true;
    }
    if (first != nullptr && node->row->first < *first) {
      return walk(node->right.get(), first, visit);
    }
    return walk(node->left.get(), first, visit) && visit(node->row->first, node->row->second) &&
           walk(node->right.get(), nullptr, visit);
  }

  Link root_;
};

}  // namespace gate::server
