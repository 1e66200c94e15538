export type Lesson = { id: string; says: string; means: string }

/** The greetings unit, until a subgraph serves lessons. */
export const lessons: readonly Lesson[] = [
  { id: 'greeting_hello', says: 'Chào', means: 'Hello' },
  { id: 'greeting_goodbye', says: 'Tạm biệt', means: 'Goodbye' },
  { id: 'greeting_thanks', says: 'Cảm ơn', means: 'Thank you' },
  { id: 'greeting_sorry', says: 'Xin lỗi', means: 'I am sorry' },
  { id: 'greeting_please', says: 'Làm ơn', means: 'Please' },
  { id: 'greeting_name', says: 'Tôi tên là Nam', means: 'My name is Nam' },
]
