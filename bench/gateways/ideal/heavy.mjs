import { byKey, entities, references } from './body.mjs'

const usersBody = JSON.stringify({ query: '{users{id email}}' })
const topBody = JSON.stringify({ query: '{topProducts(first:5){upc name price}}' })
const reviewsStart = `{"query":${JSON.stringify(
  'query($u:[_Any!]!,$p:[_Any!]!){u:_entities(representations:$u){...on User{reviews{id body product{upc}}}}p:_entities(representations:$p){...on Product{reviews{id body author{id reviews{id body product{upc}}}}}}}',
)},"variables":{"u":`
const stock = entities('query($r:[_Any!]!){_entities(representations:$r){...on Product{upc inStock shelf}}}')
const emails = entities('query($r:[_Any!]!){_entities(representations:$r){...on User{id email}}}')
const names = entities('query($r:[_Any!]!){_entities(representations:$r){...on Product{upc name price}}}')

const reviewOf = ({ id, body }, product) => ({ id, body, product })

export const heavyBy =
  (post) =>
  async ({ authorization }) => {
    const ask = (name, body) => post(name, body, authorization)
    const [{ users }, { topProducts }] = await Promise.all([ask('auth', usersBody), ask('products', topBody)])
    const upcs = topProducts.map(({ upc }) => upc)
    const usersText = references(
      'User',
      'id',
      users.map(({ id }) => id),
    )
    const reviews = ask('reviews', `${reviewsStart}${usersText},"p":${references('Product', 'upc', upcs)}}}`)
    const top = ask('inventory', stock(references('Product', 'upc', upcs)))
    const { u, p } = await reviews

    const below = u.flatMap((one) => one.reviews.map(({ product }) => product.upc))
    const authors = p.flatMap((one) => one.reviews.map(({ author }) => author))
    const deep = authors.flatMap((author) => author.reviews.map(({ product }) => product.upc))
    const [mails, named, stocked, shelves] = await Promise.all([
      ask(
        'auth',
        emails(
          references(
            'User',
            'id',
            authors.map(({ id }) => id),
          ),
        ),
      ),
      ask('products', names(references('Product', 'upc', [...below, ...deep]))),
      ask('inventory', stock(references('Product', 'upc', below))),
      top,
    ])
    const mailOf = byKey(mails._entities, 'id')
    const nameOf = byKey(named._entities, 'upc')
    const stockOf = byKey(stocked._entities, 'upc')
    const shelfOf = byKey(shelves._entities, 'upc')

    const sold = ({ upc }) => ({ upc, name: nameOf.get(upc).name, inStock: stockOf.get(upc).inStock })
    const priced = ({ upc }) => ({ upc, name: nameOf.get(upc).name, price: nameOf.get(upc).price })
    const authorOf = ({ id, reviews: own }) => ({
      id,
      email: mailOf.get(id).email,
      reviews: own.map((one) => reviewOf(one, priced(one.product))),
    })
    return {
      data: {
        users: users.map(({ id, email }, index) => ({
          id,
          email,
          reviews: u[index].reviews.map((one) => reviewOf(one, sold(one.product))),
        })),
        topProducts: topProducts.map(({ upc, name, price }, index) => ({
          upc,
          name,
          price,
          inStock: shelfOf.get(upc).inStock,
          shelf: shelfOf.get(upc).shelf,
          reviews: p[index].reviews.map(({ id, body, author }) => ({ id, body, author: authorOf(author) })),
        })),
      },
    }
  }
