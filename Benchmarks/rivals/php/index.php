<?php
// The two order queries as a PHP shop would serve them: PDO with a persistent connection, two statements an order, json_encode.
declare(strict_types=1);

const STAMP = "to_char(%1\$s at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as %2\$s";
const ITEMS = 'select id, product_id, product_name, product_ref, quantity, unit_price_ht, unit_price_ttc, total_price_ht, total_discount,
  vat_amount, total_price_ttc, vat_rate from order_items where order_id = ? order by id';

function orders(string $rest, array $values): array
{
    static $columns = null;
    $columns ??= "o.id, o.order_number, o.user_id, o.billing_address_id, o.shipping_address_id, o.status_id, s.name as status,
      o.total_amount_ht, o.total_amount_ttc, o.total_discount, o.vat_amount, 'EUR' as currency, o.notes, "
      . sprintf(STAMP, 'o.created_at', 'created_at') . ', ' . sprintf(STAMP, 'o.updated_at', 'updated_at');
    return rows("select $columns from orders o join order_status s on s.id = o.status_id where o.deleted_at is null $rest", $values);
}

function rows(string $sql, array $values): array
{
    static $database = null;
    // DISABLE_PREPARES: one round trip a statement with its values bound; a prepared statement would not outlive the request.
    $database ??= new PDO(getenv('RIVAL_DSN'), getenv('RIVAL_USER'), getenv('RIVAL_PASSWORD'), [
        PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::PGSQL_ATTR_DISABLE_PREPARES => true,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    ]);
    $statement = $database->prepare($sql);
    $statement->execute($values);
    return $statement->fetchAll();
}

function answer(array $content, int $status = 200): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($content, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    exit;
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (preg_match('#^/orders/(\d{1,18})$#', $path, $found)) {
    $order = orders('and o.id = ?', [$found[1]])[0] ?? answer(['status' => 404], 404);
    $order['items'] = rows(ITEMS, [$found[1]]);
    answer(['data' => $order]);
}
if ($path === '/orders') {
    $limit = filter_var($_GET['limit'] ?? 20, FILTER_VALIDATE_INT, ['options' => ['min_range' => 1, 'max_range' => 100]]);
    $limit !== false || answer(['status' => 400], 400);
    $order = 'order by o.created_at desc, o.id desc limit ?';
    if (isset($_GET['cursor'])) {
        $cursor = explode(' ', (string) base64_decode(strtr($_GET['cursor'], '-_', '+/')));
        count($cursor) === 2 || answer(['status' => 400], 400);
        $data = orders("and (o.created_at, o.id) < (?, ?) $order", [...$cursor, $limit + 1]);
    } else {
        $data = orders($order, [$limit + 1]);
    }
    $more = count($data) > $limit;
    $data = array_slice($data, 0, $limit);
    $last = end($data);
    $next = $more && $last ? strtr(base64_encode("{$last['created_at']} {$last['id']}"), '+/', '-_') : null;
    answer(['data' => $data, 'page' => ['next' => $next, 'prev' => null, 'has_more' => $more]]);
}
answer(['status' => 404], 404);
